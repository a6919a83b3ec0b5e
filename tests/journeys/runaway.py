"""A child confided in 93 who ran away: the story of S2, and of the sheets that are opened to other authorities."""

from tests.factories.concerns import child, urgent
from tests.shared_fixtures import shared_fixture

CONCERN = urgent(
    children=[child(first_names="Lou", birth_date="2011-02-03")],
    holders=[{"name": "Mere Exemple", "link": "mother", "phone": "0100000002"}],
    prostitution_status_filer="suspected", filer_name="Educatrice Exemple",
)  # fmt: skip
SHEET = {
    "description": "Manteau vert, cicatrice au poignet.",
    "danger": "Exploitée par un tiers violent.",
    "whom_to_call": "Astreinte du 93 : 01 00 00 00 93",
}


@shared_fixture
def away(story):
    """Established, then away since Friday evening; the sheet is opened to Paris."""
    story.at("2026-11-20 18:00")
    story.files("filer", CONCERN, urgent=True)
    story.reads("crip_coordinator")
    story.does("crip_coordinator", "name_decider", {"user": story.user("ase_inspector")})
    story.at("2026-11-20 22:00")
    story.does("crip_coordinator", "record_runaway", runaway(story))
    return story


def runaway(story, **said):
    return {
        "child": story.children[0], "since": "2026-11-20T19:30:00Z", "last_seen_place": "Gare de Pantin.",
        "police_report_ref": "2026/4711", "on_wanted_file": "yes",
        "sheet": SHEET | {"authorities": [str(story.world.authorities["75"].pk)]}, **said,
    }  # fmt: skip


def sheets(story, who="on_call", code="75"):
    return story.world.as_(who, code).get("emergency-sheets")


def the_sheet(story):
    return sheets(story).json()["results"][0]["id"]


def found(story, by="ase_inspector"):
    story.at("2026-11-23 06:00")
    body = {
        "child": story.children[0],
        "found_at": "2026-11-23T04:50:00Z",
        "where": "Paris 18e.",
        "condition": "Blessée.",
    }
    story.does(by, "record_found", body)


def sheltered(story, by="ase_inspector"):
    body = {
        "child": story.children[0], "since": "2026-11-23T05:00:00Z", "place": "Foyer de la Rive",
        "service": str(story.world.services["75"].pk), "prosecutor_told_at": "2026-11-23T04:55:00Z",
        "holders_told": "yes",
    }  # fmt: skip
    return story.does(by, "shelter_72h", body)["made"]
