"""Files to import: what is read of them, and what is refused with its line. Nothing here asks a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.imports import institutions, people
from accounts.imports.faults import Fault, FileFault, Refused
from accounts.imports.table import Source
from accounts.roles import POWERFUL, PROGRAMS, Role
from tests.accounts.imports.samples import (
    FINESS,
    INSTITUTIONS,
    PEOPLE,
    SCHOOLS,
    establishment,
    file_of,
    finess,
    school,
    uai,
)
from tests.night import examples

CAMILLE = "Camille Exemple;Camille@College.invalid;01 23 45 67 89;assessor;Nord;;fr"


def in_93(code):
    return code.startswith("93")


def people_of(*lines, head=PEOPLE, **more):
    return people.read(Source.of(file_of(head, *lines, **more)))


def institutions_of(*lines, head=INSTITUTIONS, **more):
    return institutions.read(Source.of(file_of(head, *lines, **more)))


def faults_of(read):
    return [(one.line, one.column, one.fault) for one in read.refused]


# --- Bytes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("sign", [";", ",", "\t"])
def test_what_spreadsheets_write_is_read(encoding, end, sign):
    head, line = PEOPLE.replace(";", sign), "Élodie Œuvré;e@x.invalid;;filer;;;".replace(";", sign)

    (row,) = people_of(line, head=head, encoding=encoding, end=end).rows

    assert (row.line, row.full_name, row.email, row.language) == (2, "Élodie Œuvré", "e@x.invalid", "fr")


def test_lines_may_end_in_several_ways_in_one_file():
    raw = f"{PEOPLE}\r\n{CAMILLE}\n\r\n{CAMILLE.replace('Camille@', 'b@')}\r{CAMILLE.replace('Camille@', 'c@')}".encode()

    assert [row.line for row in people.read(Source.of(raw)).rows] == [2, 4, 5]


@pytest.mark.parametrize(
    "raw",
    [
        b"nom;courriel;role\nA\x00B;a@x.invalid;filer\n",
        PEOPLE.encode("utf-16"),
        b"nom;courriel;role\n\xc3\xa9lodie L\xe9a;a@x.invalid;filer\n",  # two encodings in one file
        b"nom;courriel;role\n\xe9\x81;a@x.invalid;filer\n",
        b"%PDF-1.7\n\x01\x02",
        b"PK\x03\x04xlsx",
    ],
)
def test_what_isnt_surely_a_text_is_refused_whole(raw):
    with pytest.raises(FileFault) as refused:
        Source.of(raw)

    assert refused.value.fault is Fault.ENCODING


@pytest.mark.parametrize(
    ("raw", "fault", "line"),
    [
        (b"", Fault.COLUMNS, 1),
        (b"\n\n", Fault.COLUMNS, 1),
        (b"nom;courriel\nA;b\n", Fault.COLUMNS, 1),
        (b"nom;courriel;role;motdepasse\n", Fault.COLUMNS, 1),
        (b"nom;courriel;role;nom\n", Fault.COLUMNS, 1),
        (b'nom;courriel;role\nA;a@x.invalid;filer\n"B;b@x.invalid;filer\nC;c@x.invalid;filer\n', Fault.QUOTES, 3),
        (b'nom;courriel;role\n"A"B;a@x.invalid;filer\n', Fault.QUOTES, 2),
        (b"nom;courriel;role\n" + b"A" * 200_000 + b";a@x.invalid;filer\n", Fault.QUOTES, 2),
        (b"nom;courriel;role\nA;a;filer\n" + b"\n" * 120_000, Fault.TOO_MANY_LINES, 0),
    ],
    ids=["empty", "blank", "column missing", "column unknown", "column twice", "open quote", "stray quote", "endless", "long"],
)  # fmt: skip
def test_a_file_that_cant_be_read_to_its_end_is_refused_whole(raw, fault, line):
    with pytest.raises(FileFault) as refused:
        people.read(Source.of(raw))

    assert (refused.value.fault, refused.value.line) == (fault, line)


@examples(12)
@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_or_refused(raw):
    for read in (
        people.read,
        institutions.read,
        lambda s: institutions.read_schools(s, in_93),
        lambda s: institutions.read_finess(s, in_93),
    ):
        try:
            result = read(Source.of(raw))
        except FileFault:
            continue
        assert not result.rows or raw


cells = st.text(st.characters(codec="utf-8", exclude_characters='\r\n"\x00'), max_size=30)


@examples(12)
@given(st.lists(st.lists(cells, min_size=7, max_size=7), max_size=8))
def test_each_line_is_a_row_or_a_refusal_and_no_row_is_a_formula(rows):
    raw = file_of(PEOPLE, *(";".join(f'"{cell}"' for cell in row) for row in rows), end="\n")
    try:
        read = people.read(Source.of(raw))
    except FileFault:
        return

    lines = [one.line for one in (*read.rows, *read.refused)]
    assert len(lines) == len(set(lines)) <= len(rows)
    assert not [row for row in read.rows if row.full_name[0] in "=+-@" or not row.email]


# --- People ---------------------------------------------------------------------------------------------


def test_a_person_is_read_as_an_account_keeps_one():
    (row,) = people_of(CAMILLE).rows

    assert (row.email, row.phone, row.role, row.unit) == (
        "camille@college.invalid",
        "+33123456789",
        "assessor",
        "Nord",
    )


def test_headings_and_roles_are_taken_in_words_of_both_languages():
    (french,) = people_of("A;a@x.invalid;;Évaluateur;;;", head=PEOPLE.replace("telephone", "Téléphone")).rows
    (english,) = people_of(
        "A;a@x.invalid;;;;Assessor;", head="Name;Email;Phone;Unit;Organisation;Role;Language"
    ).rows

    assert french.role == english.role == Role.ASSESSOR


@pytest.mark.parametrize(
    ("line", "column", "fault"),
    [
        (";a@x.invalid;;filer;;;", "full_name", Fault.REQUIRED),
        ("=1+1;a@x.invalid;;filer;;;", "full_name", Fault.FORMULA),
        ("@SUM(A1);a@x.invalid;;filer;;;", "full_name", Fault.FORMULA),
        ("A\u202eB;a@x.invalid;;filer;;;", "full_name", Fault.CHARACTERS),
        ("a" * 81 + ";a@x.invalid;;filer;;;", "full_name", Fault.TOO_LONG),
        ("Voir le dossier de l'enfant né en 2012;a@x.invalid;;filer;;;", "full_name", Fault.NOT_A_NAME),
        ("A;;;filer;;;", "email", Fault.EMAIL),
        ("A;=a@x.invalid@;;filer;;;", "email", Fault.EMAIL),
        ("A;a@x.invalid;12;filer;;;", "phone", Fault.PHONE),
        ("A;a@x.invalid;;prince;;;", "role", Fault.ROLE),
        ("A;a@x.invalid;;;;;", "role", Fault.ROLE),
        ("A;a@x.invalid;;filer;;=1;", "organisation", Fault.FORMULA),
        ("A;a@x.invalid;;filer;;;de", "language", Fault.LANGUAGE),
        ("A;a@x.invalid;;filer;;", "", Fault.CELLS),
        *[(f"A;a@x.invalid;;{role};;;", "role", Fault.ROLE_OF_TWO) for role in sorted(POWERFUL)],
        *[(f"A;a@x.invalid;;{role};;;", "role", Fault.ROLE_OF_PROGRAM) for role in sorted(PROGRAMS)],
    ],
)  # fmt: skip
def test_a_line_that_isnt_taken_says_which_and_why(line, column, fault):
    read = people_of("B;b@x.invalid;;filer;;;", line)

    assert [row.line for row in read.rows] == [2]
    assert faults_of(read) == [(3, column, fault)]


def test_a_person_may_have_two_roles_and_none_twice():
    read = people_of(CAMILLE, CAMILLE.replace("assessor", "filer"), CAMILLE.replace("Camille@", "CAMILLE@"))

    assert [(row.line, row.role) for row in read.rows] == [(2, "assessor"), (3, "filer")]
    assert faults_of(read) == [(4, "", Fault.REPEATED)]


# --- Institutions ---------------------------------------------------------------------------------------


def test_an_institution_of_the_authoritys_own_list():
    (row,) = institutions_of(f"Foyer Exemple;residential;732 829 320 00074;;{finess(7)}").rows

    assert (row.name, row.kind) == ("Foyer Exemple", "residential")
    assert row.numbers == {"siret": "73282932000074", "finess": finess(7)}


@pytest.mark.parametrize(
    ("line", "column", "fault"),
    [
        ("Foyer;residential;;;", "", Fault.NO_NUMBER),
        ("Foyer;château;73282932000074;;", "kind", Fault.KIND),
        ("Foyer;residential;73282932000075;;", "siret", Fault.NUMBER),
        ("Foyer;residential;;0930001A;", "uai", Fault.NUMBER),
        ("-2+3;residential;73282932000074;;", "name", Fault.FORMULA),
        (";residential;73282932000074;;", "name", Fault.REQUIRED),
    ],
)
def test_an_institution_that_isnt_taken(line, column, fault):
    assert faults_of(institutions_of(line)) == [(2, column, fault)]


def test_a_number_stands_once_in_a_file():
    line = "Foyer;residential;73282932000074;;"

    assert faults_of(institutions_of(line, line.replace("Foyer", "Autre"))) == [(3, "", Fault.REPEATED)]


# --- The directory of schools ---------------------------------------------------------------------------


def test_the_open_schools_of_the_territory_are_taken():
    lines = [
        school(1), school(2, commune="75120", town="Paris"), school(3, state="A FERMER"), school(4, type="Service Administratif"),
        school(5, uai="0930005A" if uai(5) != "0930005A" else "0930005B"), school(1),
    ]  # fmt: skip

    read = institutions.read_schools(Source.of(file_of(SCHOOLS, *lines)), in_93)

    (row,) = read.rows
    assert (row.line, row.kind, row.numbers) == (2, "school", {"uai": uai(1)})
    assert row.name == "École élémentaire Exemple 1 (Montreuil)"
    assert (read.left_out, str(read.stated_on)) == (3, "2026-03-06")
    assert faults_of(read) == [(6, "uai", Fault.NUMBER), (7, "", Fault.REPEATED)]


def test_the_directory_is_taken_with_technical_headings_too():
    read = institutions.read_schools(Source.of(file_of(SCHOOLS.lower(), school(1))), in_93)

    assert len(read.rows) == 1


# --- FINESS ---------------------------------------------------------------------------------------------


def test_the_establishments_where_children_are_met_are_taken():
    lines = [
        establishment(1), establishment(2, category="620"), establishment(3, department="75", commune="056"),
        establishment(4, category="156", last=""), "geolocalisation;930000001;1;2;3;4", establishment(5, finess="930000050"),
        "structureet;930000001;;x",
    ]  # fmt: skip

    read = institutions.read_finess(Source.of(file_of(FINESS, *lines, encoding="cp1252")), in_93)

    assert [(row.line, row.kind, row.numbers) for row in read.rows] == [
        (2, "residential", {"finess": finess(1)}),
        (5, "practice", {"finess": finess(4)}),
    ]
    assert read.rows[0].name == "MECS EXEMPLE 1 (MONTREUIL)"
    assert (read.left_out, str(read.stated_on)) == (2, "2026-03-11")
    assert faults_of(read) == [(7, "finess", Fault.NUMBER), (8, "", Fault.CELLS)]


def test_overseas_the_register_writes_its_letter_for_the_third_digit():
    asked = []
    lines = [
        establishment(1, department="9A", commune="123"),
        establishment(2, department="2A", commune="004"),
    ]

    institutions.read_finess(Source.of(file_of(FINESS, *lines)), lambda code: asked.append(code) or False)

    assert asked == ["97123", "2A004"]


@pytest.mark.parametrize("first", ["", "nom;type", establishment(1)])
def test_another_file_is_no_extraction(first):
    with pytest.raises(FileFault):
        institutions.read_finess(Source.of(file_of(first, establishment(1))), in_93)


def test_nothing_of_a_line_is_repeated_in_its_refusal():
    (refused,) = people_of("Nom Secret;pas une adresse;;filer;;;").refused

    assert refused == Refused(2, Fault.EMAIL, "email")
