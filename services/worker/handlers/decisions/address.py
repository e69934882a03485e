"""Who is to be told, and about which loan?"""

from services.worker.handlers.decisions.or_parked import Decision
from services.worker.handlers.office import Office
from shared.domain.core_records import CoreLoan
from shared.domain.events import Addressed
from shared.domain.notification import Notification
from shared.domain.outcomes import TryLater


def address(notification: Notification, office: Office) -> Decision:
    """The user whom the webhook named, else the loan's; a loan that cannot be read leaves both to the default.

    Only Mambu's tasks hang on loans and users: other channels must not wait for a core that may be what has failed.
    """
    notice = notification.notice
    if not (notice.loan_id and office.rules.tells_by_task):
        return Addressed("", notice.assignee_key)
    loan = office.core.read_loan(notice.loan_id)
    if isinstance(loan, TryLater):
        return loan
    if isinstance(loan, CoreLoan):
        return Addressed(loan.key, notice.assignee_key or loan.assigned_user_key)
    return Addressed("", notice.assignee_key)
