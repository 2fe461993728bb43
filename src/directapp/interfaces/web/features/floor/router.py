"""The router of the floor: my cars, scan, what works without network, and prints."""

from fastapi import APIRouter

from directapp.interfaces.web.core.render import Asset
from directapp.interfaces.web.features.floor.labels import add_labels
from directapp.interfaces.web.features.floor.mine import add_mine
from directapp.interfaces.web.features.floor.offline import add_offline
from directapp.interfaces.web.features.floor.prints import add_prints
from directapp.interfaces.web.features.floor.scan import add_scan
from directapp.interfaces.web.features.floor.taps import add_taps
from directapp.services.attachments import Attachments


def add_floor(router: APIRouter, attachments: Attachments, worker: Asset) -> None:
    """Add every page of the floor; ``worker`` is the built service worker."""
    add_mine(router)
    add_taps(router, attachments)
    add_scan(router)
    add_offline(router, worker)
    add_labels(router)
    add_prints(router, attachments)
