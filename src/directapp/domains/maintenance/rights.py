"""Who sees what is done on vehicles, beside those who do it."""

WATCHING = "supervisor dispatcher parts driver safety_officer safety_rep buyer finance"
