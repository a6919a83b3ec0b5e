"""Declarations of the record of a case, and of all models that hold nothing of a case that is ever copied."""

from collections.abc import Mapping
from typing import Final

from referrals.access_requests.declarations.kinds import (
    CHILD,
    HOLDER,
    STAFF,
    TEXT,
    Declared,
    Whose,
    fields,
    held,
    none,
    whole,
)
from referrals.vocabulary.access_requests import Withheld

RECORD: Final[Mapping[str, Declared]] = {
    "referrals.StepRecord": Declared(
        whose=Whose.CHILD,
        link="child",
        on="at",
        staff=("by", "signed_by", "obo"),
        fields=fields(
            none(
                "cells id referral part order by signed_by obo child access_class from_state to_state number"
            ),
            held("machine step at role", CHILD, STAFF),
            held("data", CHILD, withhold=(*TEXT, Withheld.JUDICIAL, Withheld.MEDICAL)),
        ),
    ),
    "referrals.Clock": Declared(
        whose=Whose.CHILD,
        link="child",
        on="started_at",
        fields=fields(
            none(
                "id referral access_class child part warn_at again_at soon_told_at again_told_at late_told_at"
            ),
            none("on_birthday"),
            held("code started_at due_at stopped_at statutory", CHILD),
        ),
    ),
    "referrals.Approval": Declared(
        whose=Whose.CHILDREN,
        link="children",
        on="requested_at",
        staff=("proposer", "approver", "obo"),
        fields=fields(
            none("cells id referral part proposer obo approver children mac"),
            none("machine asked_state expires_at"),
            held("step state proposer_role requested_at decided_at", CHILD, STAFF),
            held("given reason", CHILD, withhold=(*TEXT, Withheld.JUDICIAL, Withheld.MEDICAL)),
        ),
    ),
    "referrals.Letter": Declared(
        whose=Whose.ADDRESSEE,
        link="holder",
        on="sent_on",
        fields=fields(
            none(
                "cells id referral occasion part holder children prepared_at prepared_by signed_by digest mac"
            ),
            # The words are in the page; who wrote to the filer, and on a filing, says who filed.
            none("state signed_at ended_at additions page_i page_c note note_c"),
            held("kind sent_on way", CHILD, HOLDER),
            held("page", CHILD, HOLDER, withhold=TEXT),
        ),
    ),
    "referrals.Exclusion": Declared(
        on="since_at",
        staff=("user",),
        fields=fields(
            none("cells id referral user by tie confirmed_by mac"),
            # Of the agent alone: it tells of a tie with somebody of the case.
            held("cause since_at confirmed_at lifted_at", STAFF),
            held("reason", STAFF, withhold=TEXT),
        ),
    ),
    "referrals.Grant": Declared(
        on="since_at",
        staff=("user",),
        fields=fields(
            none("cells id referral user permission by mac"),
            held("kind since_at expires_at ended_at", STAFF),
            held("reason", STAFF, withhold=TEXT),
        ),
    ),
    "referrals.ReferralUserObjectPermission": whole("a right in force, whose reason is the Grant beside it"),
    "referrals.Rectification": Declared(
        on="at",
        staff=("by",),
        fields=fields(
            none("cells id referral model row access_class by"),
            held("at field", CHILD, STAFF),
            held("old_value reason", CHILD, withhold=(*TEXT, Withheld.JUDICIAL, Withheld.MEDICAL)),
        ),
    ),
    "referrals.BreakGlass": Declared(
        on="opened_at",
        staff=("user",),
        fields=fields(
            none("cells id referral user expires_at review_due_at alerted_at reviewed_by"),
            held("state role opened_at ended_at reviewed_at", CHILD, STAFF),
            held("reason", CHILD, STAFF, withhold=TEXT),
            held("review", CHILD, STAFF, withhold=TEXT),
        ),
    ),
    "referrals.ClosureReview": Declared(
        on="opened_at",
        fields=fields(
            none("cells id referral closed_by due_at decided_by step"),
            held("state opened_at decided_at", CHILD),
            held("reason", CHILD, withhold=TEXT),
        ),
    ),
    "referrals.Alert": Declared(
        on="sounded_at",
        fields=fields(
            none("id referral rung next_at ended_by"), held("state cause sounded_at ended_at", CHILD)
        ),
    ),
    "referrals.DuplicateCandidate": whole("pairs with files that may be of another child"),
    "referrals.Joining": Declared(
        on="joined_at",
        fields=fields(
            none("id referral target same_children same_holders before after mac"),
            held("kind joined_at undone_at", CHILD),
        ),
    ),
    "referrals.RetentionLine": Declared(
        on="purged_at",
        fields=fields(none("id referral batch"), held("dropped_at dropped_for purged_at", CHILD)),
    ),
}

_REQUEST = "a request itself and how it was answered: its requester has the answer, nobody else learns of it"
_RULES = "how the service is set up and used: nothing of a case"
_ACCOUNT = "an account or a right of an agent: told by the account's own pages, never in the copy of a case"
_JOURNAL = "the journal: the list of readers is made of it (readers.py), its rows are never copied"

_DIRECTORY: Final = "the directory of resources: it knows of no case"
ELSEWHERE: Final[Mapping[str, Declared]] = {
    "referrals.AccessAnomaly": whole(
        "an examination of agents' readings, by pseudonyms; told by the list of readers"
    ),
    "referrals.AccessRequest": whole(_REQUEST),
    "referrals.AccessFile": whole(_REQUEST),
    "referrals.AccessPart": whole(_REQUEST),
    "referrals.AccessRedaction": whole(_REQUEST),
    "referrals.AccessOpinion": whole(_REQUEST),
    "referrals.RowApproval": whole(_REQUEST),
    "referrals.DataBreach": whole(
        "the register of art. 33(5): numbers and codes; each person is told by letter (art. 34)"
    ),
    "referrals.AnomalyMark": whole(_RULES),
    "referrals.PseudonymLookup": whole("a keyed value and a pseudonym of the journal: auditors' own work"),
    "referrals.StoredObject": whole("names in the store, which name no case; the file is its Attachment"),
    "referrals.UploadCount": whole("a keyed value and a count: whose it is can't be told"),
    "referrals.DeclaredTie": whole("an agent's own tie with somebody, which the agent reads and removes"),
    "referrals.KinValue": whole("a keyed value of a declared tie"),
    "referrals.KinSearch": whole("how far a comparison has come"),
    "referrals.EmergencyApproval": whole("an officer's searches that another person approved: no case"),
    "referrals.EmergencySearch": whole("who was searched for stands nowhere in it"),
    "referrals.CaseExport": whole(
        "a list with names on its way, destroyed within days; told by the list of readers"
    ),
    "referrals.IndexValue": whole("keyed numbers of identities, which the copy gives as they are"),
    "referrals.IndexSize": whole(_RULES),
    "referrals.SearchCount": whole("how often an agent searched: nothing of a case"),
    "referrals.RotaShift": whole("who was on call: nothing of a case"),
    "referrals.SettingChange": whole(_RULES),
    "referrals.MovedRow": whole("which rows a merge moved: the rows themselves are copied"),
    "referrals.RetentionBatch": whole("a month's proposal of an authority: its lines are of cases"),
    "referrals.EliminatedCount": whole("numbers, of nobody"),
    "referrals.FiguresKept": whole("numbers, of nobody"),
    "referrals.SavedView": whole("a filter that an agent keeps, sealed under a keyed value of the agent"),
    "referrals.StandIn": whole("who stands in for whom: nothing of a case"),
    "referrals.LastVisit": whole("a keyed value of reader and case: told by the list of readers"),
    "referrals.UseCount": whole("keyed values and counts: whose they are can't be told"),
    "referrals.CaseWatch": whole("how often rows were written, by table and id"),
    "accounts.Authority": whole(_RULES),
    "accounts.AuthorityTerritory": whole(_RULES),
    "accounts.Unit": whole(_RULES),
    "accounts.Organisation": whole(_RULES),
    "accounts.User": whole(_ACCOUNT),
    "accounts.Membership": whole(_ACCOUNT),
    "accounts.Token": whole(_ACCOUNT),
    "accounts.AccountRequest": whole(_ACCOUNT),
    "accounts.Attempt": whole("failed sign-ins, by keyed values"),
    "accounts.CalendarFeed": whole(_ACCOUNT),
    "accounts.GuidanceReview": whole(_ACCOUNT),
    "accounts.Factor": whole(_ACCOUNT),
    "accounts.RecoveryCode": whole(_ACCOUNT),
    "accounts.FactorReset": whole(_ACCOUNT),
    "accounts.GrantRequest": whole(_ACCOUNT),
    "accounts.Provisioning": whole(_ACCOUNT),
    "accounts.Identity": whole(_ACCOUNT),
    "accounts.ProviderVisit": whole(_ACCOUNT),
    "accounts.ImportRun": whole(_ACCOUNT),
    "accounts.MailedLink": whole(_ACCOUNT),
    "accounts.Replay": whole(
        "answers kept some hours for a repeated request, sealed; the rows themselves are copied"
    ),
    "accounts.Session": whole(_ACCOUNT),
    "accounts.SignInToCheck": whole(_ACCOUNT),
    "outbox.Endpoint": whole(_RULES),
    "outbox.Notice": whole("notices hold no name and no fact (domain.md §2.8 no. 7)"),
    "outbox.Preference": whole(_ACCOUNT),
    "outbox.Work": whole(_RULES),
    "encryption.WrappedKey": whole("wrapped keys"),
    "encryption.Shredded": whole("ids of destroyed keys"),
    "encryption.StoreMark": whole(_RULES),
    "audit.ActorPseudonym": whole(_JOURNAL),
    "audit.SubjectPseudonym": whole(_JOURNAL),
    "audit.Entry": whole(_JOURNAL),
    "audit.EntrySubject": whole(_JOURNAL),
    "audit.ReadEntry": whole(_JOURNAL),
    "audit.ReadSubject": whole(_JOURNAL),
    "audit.Shred": whole(_JOURNAL),
    "audit.Replayed": whole(_JOURNAL),
    "audit.JournalMark": whole(_JOURNAL),
    "audit.SequencerPass": whole(_JOURNAL),
    "audit.Refused": whole(_JOURNAL),
    "audit.Alarm": whole(_JOURNAL),
    "audit.Decoy": whole(_JOURNAL),
    "audit.PrunedRun": whole(_JOURNAL),
    "audit.PruneMark": whole(_JOURNAL),
    "audit.LegalHold": whole(_JOURNAL),
    "audit.LogOrigin": whole(_JOURNAL),
    "audit.Leaf": whole(_JOURNAL),
    "audit.Tile": whole(_JOURNAL),
    "audit.Checkpoint": whole(_JOURNAL),
    "audit.Cosignature": whole(_JOURNAL),
    "directory.Structure": whole(_DIRECTORY),
    "directory.Service": whole(_DIRECTORY),
    "directory.Reach": whole(_DIRECTORY),
    "directory.Place": whole(_DIRECTORY),
    "directory.Capacity": whole(_DIRECTORY),
    "directory.Verification": whole(_DIRECTORY),
    "directory.ConfirmationLink": whole(_DIRECTORY),
    "directory.ErrorReport": whole(_DIRECTORY),
    "directory.SecretOpening": whole("who looked at a secret address, and why: it names no case"),
    "directory.DirectoryImport": whole(_DIRECTORY),
    "directory.HeldRow": whole(_DIRECTORY),
    "contenttypes.ContentType": whole(_RULES),
    "auth.Permission": whole(_RULES),
    "auth.Group": whole(_RULES),
    "auth.Group_permissions": whole(_RULES),
    "guardian.UserObjectPermission": whole("unused: rights on cases stand in ReferralUserObjectPermission"),
    "guardian.GroupObjectPermission": whole("unused: no right is given to a group"),
}
