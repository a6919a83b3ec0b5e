"""SEC-CF4: all limits stand in one block of the settings, each with the test that tries it."""

import ast
import re

import pytest

from config.env import BASE_DIR
from config.logs import OURS
from tests.sources import nodes

SETTINGS = (BASE_DIR / "config" / "settings.py").read_text(encoding="utf-8")
BLOCK = SETTINGS.partition("# --- Limits")[2].partition("TEST_RUNNER")[0]
LIMITS = set(re.findall(r"^([A-Z_]+) =", BLOCK, re.MULTILINE))

UPLOAD = "referrals/attachments/test_upload.py"
CAPS = "referrals/access/test_volume_limits.py"
REFUSALS = "referrals/access/test_refusal_limits.py"
LINKS = "accounts/test_password_links.py"
ATTEMPTS = "accounts/test_throttling.py"
FACTORS = "accounts/test_factors.py"
REQUESTS = "accounts/test_account_requests.py"
FEEDS = "referrals/calendar_feeds/test_feeds.py"
EXPORTS = "referrals/exports/test_exports.py"
OIDC = "accounts/oidc/test_forged_answers.py"
SESSIONS = "accounts/test_own_sessions.py"
BODY = ("config/test_parsing.py", "test_the_bounds_hold_at_n_and_refuse_at_n_plus_one")
#: Each limit, and where it is tried on both sides of it.
TRIED = {
    "MAX_BODY_BYTES": BODY,
    "MAX_JSON_DEPTH": BODY,
    "MAX_JSON_NODES": BODY,
    "PAGE_SIZE": ("core/test_query.py", "test_what_is_given_is_typed_and_what_is_not_is_absent_or_default"),
    "PAGE_SIZE_MAX": ("core/test_query.py", "test_each_wrong_parameter_is_named"),
    "PASSWORD_LENGTH_MAX": (
        "accounts/test_session_post.py", "test_an_over_long_password_is_refused_before_it_is_hashed",
    ),
    "TOKEN_DAYS_MAX": ("accounts/test_tokens_post.py", "test_a_token_ends_within_a_year"),
    "ROLE_REVIEW_DAYS": ("accounts/test_reviews.py", "test_a_review_is_due_after_a_year_and_the_role_ends_a_month_later"),
    "SECOND_PERSON_DAYS": ("accounts/test_second_person.py", "test_the_bar_is_over_after_ninety_days"),
    "OPENINGS_PER_HOUR": (CAPS, "test_so_many_files_are_opened_in_an_hour_and_no_more"),
    "LINES_PER_HOUR": (CAPS, "test_so_many_cases_are_shown_in_lists_and_no_more"),
    "FILINGS_PER_HOUR": (CAPS, "test_so_many_concerns_are_filed_and_no_more"),
    "FILINGS_PER_HOUR_OF_PROGRAM": (CAPS, "test_a_program_files_for_a_whole_country"),
    "CASE_REFUSALS_FREE": (REFUSALS, "test_so_many_refusals_are_free_and_then_the_account_waits"),
    "CASE_REFUSALS_MINUTES": (REFUSALS, "test_the_wait_doubles_up_to_a_minute_and_ends"),
    "CASE_REFUSALS_DELAY_MAX_SECONDS": (REFUSALS, "test_the_wait_doubles_up_to_a_minute_and_ends"),
    "TIES_PER_DAY": ("referrals/conflicts_of_interest/test_declarations.py", "test_so_many_are_declared_in_a_day_and_no_more"),
    "TIES_PER_PERSON": ("referrals/conflicts_of_interest/test_declarations.py", "test_so_many_are_declared_at_all_and_no_more"),
    "EXPORT_CASES": (EXPORTS, "test_an_export_holds_so_many_cases_and_no_more"),
    "EXPORTS_PER_DAY": (EXPORTS, "test_one_asks_for_so_many_in_a_day_and_no_more"),
    "TRAINING_VISITORS": ("config/test_training.py", "test_so_many_newcomers_have_a_filer_of_their_own_and_no_more"),
    "LOOKUPS_PER_DAY": ("referrals/journal_lookups/test_journal_lookups.py", "test_one_asks_for_so_many_lookups_in_a_day_and_no_more"),
    "CALENDAR_FEEDS_PER_PERSON": (FEEDS, "test_one_has_so_many_feeds_and_no_more"),
    "CALENDAR_FETCHES_PER_HOUR": (FEEDS, "test_feeds_are_read_so_often_an_hour_and_no_more"),
    "CALENDAR_FEED_EVENTS": (FEEDS, "test_a_feed_shows_so_many_deadlines_and_no_more"),
    "SIGNIN_FREE_FAILURES": (ATTEMPTS, "test_the_first_few_are_free_and_then_the_delay_grows"),
    "SIGNIN_DELAY_MAX_SECONDS": (ATTEMPTS, "test_the_first_few_are_free_and_then_the_delay_grows"),
    "SIGNIN_DELAY_MAX_SECONDS_OF_PAIR": (ATTEMPTS, "test_a_neighbour_keeps_nobody_out_for_long"),
    "FACTOR_TRIES_FREE": (FACTORS, "test_waiting_doubles_and_has_an_end"),
    "FACTOR_DELAY_MAX_SECONDS": (FACTORS, "test_waiting_doubles_and_has_an_end"),
    "FACTOR_TRIES_MAX": (FACTORS, "test_after_a_hundred_the_account_rests_and_comes_back"),
    "FACTORS_PER_PERSON": (FACTORS, "test_there_are_at_most_ten"),
    "PROOF_FRESH_MINUTES": ("security/test_fresh_proof.py", "test_five_minutes_is_fresh_and_later_is_not"),
    "SIGNIN_FREE_FAILURES_OF_NETWORK": (ATTEMPTS, "test_who_tries_one_password_on_many_accounts_is_delayed"),
    "SIGNIN_FREE_FAILURES_OF_ADDRESS": (
        ATTEMPTS, "test_who_guesses_from_everywhere_keeps_nobody_out_of_a_known_place",
    ),
    "PASSWORD_LINK_MINUTES": (LINKS, "test_a_link_counts_for_half_an_hour_from_when_it_was_asked_for"),
    "PASSWORD_ASKS_FREE": (LINKS, "test_asking_slows_down_by_address_whosever_it_is"),
    "INVITATION_DAYS": (LINKS, "test_an_invitation_counts_for_a_week"),
    "ACCOUNT_REQUEST_HOURS": (REQUESTS, "test_a_link_confirms_for_two_days_and_once"),
    "ACCOUNT_ASKS_APART_SECONDS": (REQUESTS, "test_asking_slows_down_by_address_whosever_it_is"),
    "DIRECTORY_LINK_DAYS": ("directory/test_confirmation_links.py", "test_a_link_counts_for_two_weeks"),
    "DIRECTORY_ASKS_PER_HOUR": ("directory/test_confirmation_links.py", "test_so_many_are_asked_in_an_hour_and_no_more"),
    "PROVIDER_MINUTES": (OIDC, "test_a_way_counts_for_ten_minutes"),
    "PROVIDER_SKEW_SECONDS": (OIDC, "test_clocks_may_differ_by_a_minute_and_not_by_a_second_more"),
    "PROVIDER_CALLS_AT_ONCE": (OIDC, "test_a_slow_provider_holds_no_more_than_three_threads"),
    "SESSION_IDLE_MINUTES": (SESSIONS, "test_who_works_inside_is_a_stranger_after_a_quarter_of_an_hour"),
    "SESSION_IDLE_MINUTES_FILERS": (SESSIONS, "test_who_files_alone_has_half_an_hour"),
    "SESSION_NOTED_SECONDS": (SESSIONS, "test_use_is_written_once_a_minute_a_refusal_too"),
    "ATTACHMENT_BYTES": (UPLOAD, "test_a_file_of_the_largest_size_is_taken_and_a_byte_more_isnt"),
    "ATTACHMENT_PIXELS": ("referrals/attachments/test_corpus.py", "plus-un.png"),
    "ATTACHMENT_TYPES": (UPLOAD, "test_types_are_a_setting"),
    "ATTACHMENTS_PER_CASE": (UPLOAD, "test_a_case_and_a_person_have_their_quotas"),
    "ATTACHMENT_BYTES_PER_CASE": (UPLOAD, "test_a_case_and_a_person_have_their_quotas"),
    "ATTACHMENTS_PER_DAY": (UPLOAD, "test_a_case_and_a_person_have_their_quotas"),
    "ATTACHMENT_BYTES_PER_DAY": (UPLOAD, "test_a_case_and_a_person_have_their_quotas"),
    "UPLOADS_AT_ONCE": (UPLOAD, "test_a_process_takes_so_many_uploads_at_once"),
    "UPLOADS_AT_ONCE_OF_ONE": (
        UPLOAD, "test_two_uploads_of_one_person_arrive_at_once_in_all_processes_together",
    ),
    "IMPORT_BYTES": ("accounts/imports/test_imports.py", "test_a_file_of_which_nothing_is_taken_is_refused_with_a_sentence"),
    "ATTACHMENT_PATIENCE_SECONDS": (UPLOAD, "test_a_sender_who_falls_silent_is_hung_up_on"),
    "ATTACHMENT_BYTES_A_SECOND": (UPLOAD, "test_a_body_has_as_long_as_its_size_takes"),
    "ATTACHMENT_ORPHAN_HOURS": (
        UPLOAD, "test_a_worker_that_dies_anywhere_leaves_only_what_is_swept_within_a_day",
    ),
    "DATA_UPLOAD_MAX_MEMORY_SIZE": ("web/test_forms.py", "test_a_form_has_so_many_fields_and_bytes_and_no_more"),
    "DATA_UPLOAD_MAX_NUMBER_FIELDS": (
        "web/test_forms.py", "test_a_form_has_so_many_fields_and_bytes_and_no_more",
    ),
    "FILE_UPLOAD_HANDLERS": ("web/test_pages.py", "SimpleUploadedFile"),
}  # fmt: skip

#: What has an end elsewhere, and may: bounds of a format, of what one page or answer shows, of a piece of work, of a
#: call to others. A name that is new here is a decision: may somebody ask for more than this? Then it is a limit.
ELSEWHERE = """
accounts/inputs.py ROLES_MAX
accounts/actions/imports.py _AT_ONCE
accounts/actions/places.py _AT_ONCE
accounts/imports/institutions.py NAME_MAX
accounts/imports/people.py NAME_MAX PLACE_MAX
accounts/imports/plan.py _AT_ONCE
accounts/imports/table.py LINES_MAX
accounts/imports/trial.py MOST MOST_INSTITUTIONS
accounts/oidc_flow.py _HINT_MAX
accounts/oidc/metadata.py _ADDRESS_MAX
accounts/oidc/profile.py _SUBJECT_MAX _HINT_MAX _TEXT_MAX
accounts/people.py SHOWN_AT_MOST
accounts/sessions.py _AT_ONCE
audit/alarms.py _MOST
audit/anomalies/detection.py MOST
audit/canonical.py MAX_BYTES MAX_OBJECTS
audit/row_writes.py _AT_ONCE
core/inputs.py ITEMS_MAX
audit/models/tree.py NAME_MAX
audit/pseudonyms.py _MAX_REMEMBERED
core/query.py MAX_LENGTH MAX_PARAMETERS
audit/questions.py ROWS_MAX
audit/places.py PATIENCE_SECONDS
audit/sequencing.py _PATIENCE
audit/verifier.py MAX_ENTRY MAX_FILE MAX_NOTE
audit/witness.py MAX_BODY _PROOF_MAX
config/checks/keys.py KEY_BACKUP_DAYS_MAX
config/env.py _DIGITS_MAX
config/logs.py FRAMES_MAX
config/recovery/recall.py _AT_ONCE
config/reporting/faults.py QUEUE_MAX
config/reporting/traces.py BATCH_MAX QUEUE_MAX
directory/exchange/files.py _PARTS_MAX _DEPTH_MAX _SIGNS_MAX
outbox/addresses.py _URL_MAX
referrals/attachments/names.py LONGEST
referrals/attachments/cleanup.py _AT_ONCE
referrals/composition/sealed_cells.py _AT_ONCE
referrals/filing/form.py PARTS_MAX
referrals/coming_of_age/tasks.py MOST_DAYS
referrals/staffing/actions.py CASES_MAX
referrals/staffing/bulk.py CASES_MAX
referrals/access/visibility.py _MOST_KEPT
referrals/cases/filters.py REFERENCES_MAX
referrals/cases/unread.py CASES_MAX
referrals/saved_views/actions.py VIEWS_MAX
referrals/filing/receipt_pdf.py _CODE_MAX
referrals/reading/counts.py MOST
referrals/matching/candidates.py OPENED_AT_MOST SEARCHED_AT_MOST _VALUES_AT_MOST
referrals/matching/identity.py _LONGEST_AGE
accounts/actions/guidancereviews.py AT_MOST
directory/actions/changes.py _AT_ONCE
directory/exchange/files.py _DEPTH_MAX _PARTS_MAX
directory/exchange/known.py _AT_ONCE
directory/exchange/rows.py ENTRIES_MAX
directory/exchange/values.py ITEMS_MAX WORDS_MAX
directory/inputs.py AGE_MAX_MONTHS
directory/opening.py LONGEST
directory/queries/duplicates.py PAIRS_MAX
directory/queries/entries.py HISTORY_MAX
directory/queries/worklists.py LINES_MAX
directory/reach.py _AT_ONCE
referrals/orientations/inputs.py DEPARTMENTS_MAX NAMED_MAX
referrals/matching/relatives.py _WORDS_MAX _PAIRS_MAX
referrals/emergency_search/actions.py UNAPPROVED_AT_MOST
referrals/duplicates/name_search.py COUNTED_AT_MOST SHOWN_AT_MOST
referrals/data_breaches/counting.py ENTRIES_MAX
referrals/data_breaches/inputs.py PERSONS_MAX AUTHORITIES_MAX
referrals/data_breaches/queries.py ROWS_MAX
referrals/inquiries/files.py SHOWN_AT_MOST
audit/consultations.py _AT_ONCE _PATIENCE
referrals/letters/inputs.py ADDED_MAX SENTENCE_MAX
referrals/models/letters.py PAGE_MAX
referrals/matching/blocking_keys.py _PAIRS_MAX _YEARS_MAX
referrals/duplicates/tasks.py SUGGESTED_AT_MOST
referrals/retention/resealing.py _AT_ONCE
referrals/on_call_rota/actions.py LONGEST MOST_WEEKS
referrals/composition/row_history.py _AT_ONCE
referrals/access_requests/pixel_redaction.py MOST_PIXELS MOST_PAGES MOST_WORDS _CODES_AT_ONCE
referrals/composition/row_signatures.py _AT_ONCE _CASES_AT_ONCE
referrals/policy/list_types.py CODE_MAX ANSWER_MAX ROWS_MAX CHOICES_MAX
referrals/policy/field_types.py SPANS_MAX TEXT_MAX
referrals/messages/inputs.py ATTACHMENTS_AT_ONCE
referrals/workflow/field_inputs.py AGE_MAX PLACE_CODE_MAX ANSWERS_MAX
web/administration/lists.py LINE_MAX
web/cases/stepforms.py ROWS_MAX
web/filing/place.py OFFERED_MAX
web/forms/declaration.py RADIOS_MAX
web/views/accountrequests.py SHOWN_AT_MOST
web/views/cases/case_list.py FILE_MAX
web/views/cases/steps.py NAMES_MAX
web/views/journal/proofs.py NOTE_MAX
web/views/ownsessions.py SHOWN_AT_MOST
"""
NAMED = re.compile(
    r"^(_?(?:[A-Z]+_)*(?:MAX|MOST|LONGEST|AT_ONCE|PER|FREE|TRIES|PATIENCE)(?:_[A-Z]+)*)(?:: Final[^=]*)? = ",
    re.M,
)


@pytest.mark.sec("SEC-CF4")
def test_what_has_an_end_elsewhere_is_in_the_list_and_no_limit_is():
    found = {
        (str(path.relative_to(BASE_DIR)), name)
        for app in (*OURS - {"encryption"}, "web")
        for path in (BASE_DIR / app).rglob("*.py")
        if path.name != "settings.py" or app != "config"
        for name in NAMED.findall(path.read_text(encoding="utf-8"))
    }

    lines = [line.split() for line in ELSEWHERE.split("\n") if line]
    assert found == {(path, name) for path, *names in lines for name in names}


@pytest.mark.sec("SEC-CF4")
def test_each_limit_of_the_block_is_in_this_list_and_no_other():
    assert set(TRIED) == LIMITS


@pytest.mark.sec("SEC-CF4")
@pytest.mark.parametrize("name", sorted(TRIED))
def test_each_limit_has_the_test_that_tries_it(name):
    path, what = TRIED[name]

    assert what in (BASE_DIR / "tests" / path).read_text(encoding="utf-8")


@pytest.mark.sec("SEC-CF4")
def test_no_limit_stands_outside_the_block():
    outside = SETTINGS.replace(BLOCK, "")

    assert not re.findall(r"^(?:MAX_\w+|\w+_(?:MAX|PER_HOUR|PER_DAY|AT_ONCE)) =", outside, re.MULTILINE)


@pytest.mark.sec("SEC-CF4", "SEC-CF1")
def test_nothing_is_counted_in_a_cache_which_each_process_has_for_itself():
    """Neither Django's cache nor a throttle of the API's framework; config/checks/strangers.py refuses them."""
    found = {
        f"{path.relative_to(BASE_DIR)}: {name}"
        for app in (*OURS, "web")
        for path, node in nodes((BASE_DIR / app).rglob("*.py"), "cache|throttling")
        for name in imported(node)
        if name.startswith(
            ("django.core.cache", "django.views.decorators.cache", "rest_framework.throttling")
        )
    }

    assert not found


def imported(node):
    """The modules that a statement imports from."""
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{one.name}" for one in node.names]
    return [one.name for one in node.names] if isinstance(node, ast.Import) else []
