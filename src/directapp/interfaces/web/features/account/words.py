"""The words of one's own account: the second factor and where one is signed in."""

from functools import cache

from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _, ngettext

WORDS: dict[str, Text] = {
    "show_title": _("Second factor"),
    "show_lead": _("Your password was right. Now show your second factor."),
    "enrol_title": _("Set up a second factor"),
    "enrol_lead": _(
        "Your role sees customers and prices, so a password alone does not open it. It takes a minute, once."
        " Choose one:"
    ),
    "app": _("Authenticator app"),
    "app_help": _("An app on your phone shows a new six-digit code every half minute."),
    "app_begin": _("Set up an app"),
    "sms": _("Code by SMS"),
    "sms_help": _(
        "A code is sent to your phone when you sign in. Choose an app or a passkey if you can: whoever takes your"
        " number over gets the code too. What asks for your second factor again takes no code by SMS; keep your"
        " recovery codes."
    ),
    "sms_begin": _("Send a code"),
    "sms_phone": _("Mobile phone"),
    "sms_lead": _("We have sent a code to your phone. It works for five minutes."),
    "sms_send": _("Send a code to the phone that ends in {digits}"),
    "passkey": _("Passkey"),
    "passkey_help": _("The fingerprint, face or PIN of this device, or a security key. You can sign in with it alone."),
    "passkey_begin": _("Make a passkey"),
    "passkey_name": _("Name of the passkey"),
    "passkey_none": _("This browser or this address makes no passkeys. They need https and a name, not a number."),
    "scan": _("Scan the picture with the app, then type the code that it shows."),
    "by_hand": _("No camera? Type this key into the app:"),
    "qr": _("QR code of the key"),
    "codes_title": _("Recovery codes"),
    "codes_lead": _(
        "Each opens your account once if you lose your phone. Print or store them now: they are not shown again."
    ),
    "codes_done": _("I have stored them"),
    "codes_left": ngettext("1 recovery code left", "{count} recovery codes left"),
    "codes_new": _("Make new recovery codes"),
    "codes_help": _("The old ones are good no more."),
    "factors": _("Your second factors"),
    "no_factors": _("You have none. With one, a stolen password opens nothing."),
    "added": _("Set up"),
    "used": _("Last used"),
    "take_away": _("Take away"),
    "add": _("Add another"),
    "password_again": _("Your password"),
    "confirm_first": _("Confirm with your second factor to change these."),
    "sessions": _("Where you are signed in"),
    "this_one": _("This one"),
    "unknown_device": _("Unknown device"),
    "end": _("Sign out there"),
    "end_others": _("Sign out everywhere else"),
    "addresses": _("To set up at the provider"),
    "redirect": _("Redirect URI"),
    "logout_uri": _("Logout URI, by front or back channel"),
    "company_page": _("Your company’s sign-in page"),
    "company_page_help": _("Give it to your people: whoever opens it once finds the button on the sign-in page."),
    "identities": _("Your accounts at providers"),
    "identities_help": _("You sign in with these. Nobody is linked by an e-mail address: you do it yourself, here."),
    "link": _("Link an account at {provider}"),
    "unlink": _("Unlink"),
    "linked": _("Linked. You can sign in with it now."),
    "unlinked": _("Unlinked."),
    "gone_provider": _("A provider that is not used any more"),
    "keys": _("Your API keys"),
    "made": _("Made"),
    "revoke": _("Revoke"),
    "revoke_all": _("Revoke all"),
    "revoked": _("Revoked."),
    "their_sessions": _("Where they are signed in"),
    "no_sessions": _("Nowhere."),
    "ended": _("Signed out."),
    "taken": _("Taken away."),
}


@cache
def speak(language: Language) -> dict[str, str]:
    """Return the words without values in a language."""
    return {name: text.pick(language) for name, text in WORDS.items() if name not in {"codes_left", "link"}}
