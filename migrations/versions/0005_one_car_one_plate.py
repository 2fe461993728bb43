"""one car one plate"""

import sqlalchemy as sa
from alembic import op


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

KEY = "translate(upper(\"order_number\"), 'OI -./_,;#*+()', '01')"
UNSEEN = (
    r'[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164'
    r'\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]'
)
CODES = {
    'cars': ('vin', 'license_plate', 'order_number'),
    'dealerships': ('number', 'code'),
    'users': ('seller_number',),
    'parts_inventory': ('part_number',),
    'parts_orders': ('part_number',),
    'car_accessories': ('part_number',),
    'service_history': ('vin',),
    'resource_types': ('code',),
}

# The text of every collection, composed. A row that may not change for its uniqueness' sake stays as it is; so do
# the audit and its seals. The owner is let past its own row-level security meanwhile.
COMPOSE = """
DO $do$
DECLARE place record; line record; sets text; differs text;
BEGIN
  FOR place IN
    SELECT c.oid, c.relname AS name, c.relforcerowsecurity AS forced FROM pg_class c
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND 4 = (
      SELECT count(*) FROM pg_attribute a
      WHERE a.attrelid = c.oid AND a.attname IN ('tenant_id', 'id', 'version', 'updated_at'))
  LOOP
    SELECT string_agg(format('%1$I = normalize(%1$I, NFC)', a.attname), ', '),
           string_agg(format('%1$I IS NOT NFC NORMALIZED', a.attname), ' OR ')
      INTO sets, differs FROM pg_attribute a
      WHERE a.attrelid = place.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'text'::regtype;
    CONTINUE WHEN sets IS NULL;
    IF place.forced THEN EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', place.name); END IF;
    FOR line IN EXECUTE format('SELECT tenant_id, id FROM %I WHERE %s', place.name, differs) LOOP
      BEGIN
        EXECUTE format('UPDATE %I SET %s WHERE tenant_id = $1 AND id = $2', place.name, sets)
          USING line.tenant_id, line.id;
      EXCEPTION WHEN unique_violation THEN NULL;
      END;
    END LOOP;
    IF place.forced THEN EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', place.name); END IF;
  END LOOP;
END $do$
"""

# Codes without what nobody sees, full-width signs as ordinary ones.
CLEAN = """
DO $do$
DECLARE line record; forced boolean;
BEGIN
  SELECT relforcerowsecurity INTO forced FROM pg_class WHERE oid = '{table}'::regclass;
  IF forced THEN ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; END IF;
  FOR line IN SELECT tenant_id, id FROM {table} WHERE {column} !~ '^[ -~]*$' LOOP
    BEGIN
      UPDATE {table} SET {column} = regexp_replace(normalize({column}, NFKC), '{unseen}', '', 'g')
      WHERE tenant_id = line.tenant_id AND id = line.id;
    EXCEPTION WHEN unique_violation THEN NULL;
    END;
  END LOOP;
  IF forced THEN ALTER TABLE {table} FORCE ROW LEVEL SECURITY; END IF;
END $do$
"""

# Cars that shared a plate or an order number before that was refused keep it, and are marked: the oldest is not.
MARK = """
DO $do$
DECLARE forced boolean;
BEGIN
  SELECT relforcerowsecurity INTO forced FROM pg_class WHERE oid = 'cars'::regclass;
  IF forced THEN ALTER TABLE cars NO FORCE ROW LEVEL SECURITY; END IF;
  UPDATE cars SET shared_identity = true FROM (
    SELECT tenant_id, id, row_number() OVER (PARTITION BY tenant_id, {key} ORDER BY created_at, id) AS place
    FROM cars WHERE order_number IS NOT NULL) AS same
  WHERE same.place > 1 AND cars.tenant_id = same.tenant_id AND cars.id = same.id;
  UPDATE cars SET shared_identity = true FROM (
    SELECT tenant_id, id, row_number() OVER (PARTITION BY tenant_id, license_plate ORDER BY created_at, id) AS place
    FROM cars WHERE license_plate IS NOT NULL AND status <> 'archived' AND shared_identity IS NOT TRUE) AS same
  WHERE same.place > 1 AND cars.tenant_id = same.tenant_id AND cars.id = same.id;
  IF forced THEN ALTER TABLE cars FORCE ROW LEVEL SECURITY; END IF;
END $do$
"""


def upgrade() -> None:
    op.add_column('cars', sa.Column('shared_identity', sa.Boolean(), server_default=sa.text('false'), nullable=True))
    op.drop_index('uq_cars_order_number', table_name='cars')
    op.execute(sa.text(COMPOSE))
    for table, columns in CODES.items():
        for column in columns:
            op.execute(sa.text(CLEAN.format(table=table, column=column, unseen=UNSEEN)))
    op.execute(sa.text(MARK.format(key=KEY)))
    op.create_index(
        'uq_cars_order_number', 'cars', ['tenant_id', sa.text(KEY)], unique=True,
        postgresql_where=sa.text('("shared_identity") IS NOT TRUE'),
    )
    op.create_index(
        'uq_cars_license_plate', 'cars', ['tenant_id', 'license_plate'], unique=True,
        postgresql_where=sa.text(
            '((("status" = \'archived\') IS NOT TRUE) AND (("shared_identity") IS NOT TRUE))'
        ),
    )
    op.create_index('ix_cars_order_number', 'cars', ['tenant_id', 'order_number'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_cars_order_number', table_name='cars')
    op.drop_index('uq_cars_license_plate', table_name='cars')
    op.drop_index('uq_cars_order_number', table_name='cars')
    op.create_index('uq_cars_order_number', 'cars', ['tenant_id', 'order_number'], unique=True)
    op.drop_column('cars', 'shared_identity')
