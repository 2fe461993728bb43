"""Live: a committed write reaches another process's listeners, and only those who see the record."""

import asyncio
from urllib.parse import urlsplit
from uuid import uuid4

from directapp.services.live import Live
from directapp.store.database import Database
from support.dealer import Dealer, Time, built_application
from support.server import Server


async def test_a_change_reaches_who_sees_it_in_another_process(dealer: Dealer, server: Server) -> None:
    seller, stranger = await dealer.person("new_car_sales", "495"), await dealer.person("new_car_sales", "324")
    name = urlsplit(dealer.application.owner_dsn).path.removeprefix("/")
    async with built_application(server, name, Time()) as other:
        live = other.platform.live
        with live.listening(seller) as mine, live.listening(stranger) as theirs:
            car = await dealer.create(seller, "cars", make="Audi", model="Q4", car_type="new", order_number="L1")
            heard: set[tuple[str, object]] = set()
            async with asyncio.timeout(5):
                while ("cars", car) not in heard:
                    heard |= set(await live.next(mine, 5) or ())
            assert ("cars", car) not in (await live.next(theirs, 0.5) or [])
        assert not await live.next(mine, 0.01)


async def test_writes_are_told_together(dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin")
    live = dealer.application.platform.live
    with live.listening(admin) as listener:
        cars = {await dealer.create(admin, "cars", make="VW") for _ in range(5)}
        seen: list[set[object]] = []
        async with asyncio.timeout(5):
            while not cars <= {record for batch in seen for record in batch}:
                seen.append({record for _, record in await live.next(listener, 5) or ()})
        assert len(seen) < 5


async def test_who_begins_late_is_told_what_changed_since_the_page_was_asked_for(dealer: Dealer) -> None:
    seller, stranger = await dealer.person("new_car_sales", "495"), await dealer.person("new_car_sales", "324")
    live = dealer.application.platform.live
    with live.listening(seller) as witness:
        car = await dealer.create(seller, "cars", make="Audi", model="Q4", car_type="new", order_number="L2")
        async with asyncio.timeout(5):
            while ("cars", car) not in (await live.next(witness, 5) or ()):
                pass
    with live.listening(seller, age=30) as late, live.listening(stranger, age=30) as theirs:
        assert ("cars", car) in (await live.next(late, 1) or ())
        assert ("cars", car) not in (await live.next(theirs, 0.1) or ())
    with live.listening(seller) as new:
        assert not await live.next(new, 0.01)


async def test_what_is_told_while_the_last_is_being_sent_is_sent_too(dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin")
    live, first, second = dealer.application.platform.live, uuid4(), uuid4()
    sent: list[str] = []

    class Slow(Database):
        async def notify(self, payload: str) -> None:
            sent.append(payload)
            if len(sent) == 1:
                slow.tell(admin.tenant, [("cars", second)])

    slow = Live(Slow.__new__(Slow), live._reading)
    slow.tell(admin.tenant, [("cars", first)])
    await slow.close()
    assert [first.hex in sent[0], second.hex in sent[-1]] == [True, True]
