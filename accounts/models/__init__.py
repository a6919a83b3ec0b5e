"""Models of people, authorities and their territory, institutions, and memberships.

Every model names the data class of each of its fields in ``DATA_CLASSES`` (security.md §2, SEC-DC1).
Read ``user``, then ``authority``, ``organisation``, ``membership``, ``grantrequest``, ``accountrequest``, ``factor``,
``provisioning``, ``identity``.
"""

from accounts.models.accountrequest import AccountRequest
from accounts.models.attempt import Attempt
from accounts.models.authority import Authority, AuthorityTerritory, Unit
from accounts.models.calendarfeed import CalendarFeed
from accounts.models.factor import Factor, FactorReset, RecoveryCode
from accounts.models.grantrequest import GrantRequest
from accounts.models.guidancereview import GuidanceReview
from accounts.models.identity import Identity, ProviderVisit
from accounts.models.importrun import ImportRun
from accounts.models.mailedlink import MailedLink
from accounts.models.membership import Membership, Token
from accounts.models.organisation import Organisation
from accounts.models.provisioning import Provisioning
from accounts.models.replay import Replay
from accounts.models.session import Session
from accounts.models.signintocheck import SignInToCheck
from accounts.models.user import User
