"""What a car is called in plans and calendars."""

from directapp.declare.names import Row
from directapp.domains.cars.fields import Cars
from directapp.domains.cars.naming import make_and_model, show_plate

NAMED = (Cars.license_plate, Cars.order_number, Cars.vin, Cars.make, Cars.model, Cars.color)
_TAIL = 6


def car_name(car: Row) -> str:
    """Return how people know a car: by its plate, else by model, colour and order number, or the VIN's tail."""
    name = make_and_model(car)
    plate = str(car.get(Cars.license_plate) or "")
    if plate:
        words = [show_plate(plate), name]
    else:
        code = str(car.get(Cars.order_number) or str(car.get(Cars.vin) or "")[-_TAIL:])
        words = [name, str(car.get(Cars.color) or ""), code]
    return " ".join(filter(None, words))
