"""Files as the sources publish them, all of it invented: what a school or a service is called here, none is."""

from stdnum import luhn

from accounts.identifiers import _UAI_LETTERS

PEOPLE = "nom;courriel;telephone;role;unite;structure;langue"
INSTITUTIONS = "nom;type;siret;uai;finess"
#: The first columns of the directory of schools, and some of the many others.
SCHOOLS = (
    "Identifiant_de_l_etablissement;Nom_etablissement;Type_etablissement;Statut_public_prive;Adresse_1;Code_postal;"
    "Code_commune;Nom_commune;Code_departement;Telephone;Mail;SIREN_SIRET;etat;date_maj_ligne;position"
)
FINESS = "finess;etalab;96;2026-03-11"


def uai(number: int, department: str = "093") -> str:
    digits = f"{department}{number:04}"
    return digits + _UAI_LETTERS[int(digits) % 23]


def finess(number: int, department: str = "93") -> str:
    digits = f"{department}{number:06}"
    return digits + luhn.calc_check_digit(digits)


def school(
    number: int = 1, *, commune: str = "93048", town: str = "Montreuil", state: str = "OUVERT", **more: str
) -> str:
    told = {"name": f"École élémentaire Exemple {number}", "type": "Ecole", "uai": uai(number)} | more
    return (
        f"{told['uai']};{told['name']};{told['type']};Public;{number} rue de l'Essai;93100;{commune};{town};093;"
        f"0100000000;ce.{number}@ecole.invalid;;{state};2026-03-0{number % 9 + 1};"
        '"48.86,2.44"'
    )


def establishment(
    number: int = 1, *, department: str = "93", commune: str = "048", category: str = "177", **more: str
) -> str:
    told = {"name": f"MECS EXEMPLE {number}", "finess": finess(number), "last": ";"} | more
    cells = [
        "structureet", told["finess"], finess(900_000), told["name"], told["name"], "", "", "1", "R", "DE L'ESSAI", "", "",
        commune, department, "SEINE-SAINT-DENIS", "93100 MONTREUIL", "0100000000", "", category, "Maison d'Enfants",
        "4501", "Etablissements de l'Aide Sociale à l'Enfance", "", "8790A", "08", "Département", "9", "Indéterminé",
        "2001-01-01", "2001-01-01", "2020-02-04",
    ]  # fmt: skip
    return ";".join(cells) + told["last"]


def file_of(*lines: str, end: str = "\r\n", encoding: str = "utf-8") -> bytes:
    return (end.join(lines) + end).encode(encoding)
