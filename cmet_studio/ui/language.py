"""Translations: ``resources/i18n/cmet_LOCALE.qm``, made with lupdate and lrelease."""

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from cmet_studio.core.paths import resource

_PREFIX = "cmet_"


def available() -> tuple[str, ...]:
    """Locales there are translations for; English needs none."""
    files = sorted(resource("i18n").glob(f"{_PREFIX}*.qm"))
    return ("en", *(file.stem.removeprefix(_PREFIX) for file in files))


def use(app: QCoreApplication, locale: str) -> bool:
    """Speak a language from now on, the system's if it is empty. Returns whether it is there."""
    wanted = QLocale(locale) if locale else QLocale.system()
    translator = QTranslator(app)
    found = translator.load(wanted, "cmet", "_", str(resource("i18n")))
    return found and app.installTranslator(translator)


def name_of(locale: str) -> str:
    """A language in its own words."""
    return QLocale(locale).nativeLanguageName().capitalize() or locale
