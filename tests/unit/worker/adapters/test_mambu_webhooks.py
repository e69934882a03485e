from services.worker.adapters.mambu.webhooks import interpret_loan_disbursement
from shared.domain.disbursement import DisbursementOrder
from shared.domain.meanings import Ignored
from tests.unit.listener.listeners import an_order

OURS = frozenset({"CB_Loan_Disbursement_FPS"})


def test_a_disbursement_of_the_core_is_an_order() -> None:
    assert interpret_loan_disbursement(an_order(creditorName=" Ada Lovelace "), OURS) == [
        DisbursementOrder(
            transaction_key="8a8187366a01d4a1016a023792a50001",
            loan_id="LOAN1",
            channel="MBU_Loan_Disbursement_FPS",
            amount_pence=123_450,
            currency="GBP",
            creditor_iban="GB82WEST12345698765432",
            creditor_name="Ada Lovelace",
            debtor_iban="GB29NWBK60161331926819",
            debtor_name="Northern Lender",
            payment_reference="LOAN1",
        )
    ]


def test_a_disbursement_that_we_posted_ourselves_is_ignored() -> None:
    (meaning,) = interpret_loan_disbursement(an_order(paymentScheme="CB_Loan_Disbursement_FPS"), OURS)
    assert isinstance(meaning, Ignored)
