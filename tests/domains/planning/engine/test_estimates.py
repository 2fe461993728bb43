from directapp.domains.planning.engine.estimates import Completed, estimate


def done(*hours: float, make: str = "Škoda", model: str = "Enyaq", car_type: str = "new") -> list[Completed]:
    return [Completed(type="mechanical", hours=h, make=make, model=model, car_type=car_type) for h in hours]


def test_five_jobs_on_the_same_model_decide() -> None:
    found = estimate(
        [*done(2, 3, 2.5, 9, 2.25), *done(1, 1, 1, 1, 1, model="Fabia")],
        type="mechanical",
        default=2,
        make="škoda",
        model="ENYAQ ",
        car_type="new",
    )
    assert (found.hours, found.basis, found.n) == (2.5, "make_model", 5)
    assert found.reason.pick("nb") == "Median av 5 fullførte jobber på škoda ENYAQ: 2,5 timer."


def test_the_kind_of_car_decides_where_the_model_is_too_rare() -> None:
    history = [*done(2, 3, 2.5, 9), *done(1, 1, model="Fabia"), *done(7, 7, 7, 7, 7, model="Octavia", car_type="used")]
    found = estimate(history, type="mechanical", default=2, make="Škoda", model="Enyaq", car_type="new")
    assert (found.hours, found.basis, found.n) == (2.25, "car_type", 6)


def test_too_little_history_leaves_the_usual_time() -> None:
    history = [*done(2, 3, 2.5, 9), Completed(type="cosmetic", hours=4, make="Škoda", model="Enyaq", car_type="new")]
    found = estimate([*history, *done(0)], type="mechanical", default=2.5, make="Škoda", model="Enyaq", car_type="new")
    assert (found.hours, found.basis, found.n) == (2.5, "default", 4)
    assert found.reason.english.endswith("4 comparable jobs are done; 5 are needed.")
    none = estimate([], type="quality", default=0.5)
    assert none.n == 0
    assert none.reason.pick("nb") == "Standardtid for arbeidet: 0,5 timer. Ingen sammenlignbar jobb er fullført ennå."


def test_what_nobody_wrote_compares_with_nothing() -> None:
    history = [Completed(type="mechanical", hours=3) for _ in range(9)]
    assert estimate(history, type="mechanical", default=2).basis == "default"
