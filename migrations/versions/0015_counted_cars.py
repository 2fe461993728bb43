"""counted cars: counted by status in an index that tells who sees them"""

from alembic import op


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        'ix_cars_status_seen', 'cars', ['tenant_id', 'status'],
        postgresql_include=[
            'assigned_detailer', 'assigned_mechanic', 'car_type', 'cosmetic_completed_at', 'current_location',
            'dealership', 'in_vehicle_bank', 'make', 'needs_cosmetic', 'needs_technical', 'original_dealership',
            'prep_center', 'technical_completed_at', 'visibility',
        ],
    )


def downgrade() -> None:
    op.drop_index('ix_cars_status_seen', table_name='cars')
