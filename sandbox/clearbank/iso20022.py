"""A small ISO 20022 message for CHAPS: pacs.008 for a payment, pacs.004 for a return."""

import sqlite3
import uuid
from xml.etree.ElementTree import Element, SubElement, tostring

from sandbox.clearbank import ledger
from sandbox.clearbank.wire import timestamp


def _tree(parent: Element, **children: str) -> None:
    for name, text in children.items():
        SubElement(parent, name).text = text


def uetr_of(payment: sqlite3.Row) -> str:
    """The message's own UUID, the same whenever it is asked for."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, payment["id"] + payment["direction"]))


def chaps_document(db: sqlite3.Connection, payment: sqlite3.Row) -> str:
    """The `Iso20022XmlDocument` of TransactionSettled."""
    if payment["returned_seq"] is None:
        return _customer_payment(payment)
    return _return(payment, ledger.transaction(db, payment["returned_seq"]))


def _document(kind: str, root: str, payment: sqlite3.Row) -> tuple[Element, Element]:
    document = Element("Document", xmlns=f"urn:iso:std:iso:20022:tech:xsd:{kind}")
    message = SubElement(document, root)
    header = SubElement(message, "GrpHdr")
    _tree(header, MsgId=payment["actual_end_to_end_id"], CreDtTm=timestamp(payment["created_at"]), NbOfTxs="1")
    return document, message


def _amount(parent: Element, name: str, payment: sqlite3.Row) -> None:
    pence = payment["amount_pence"]
    SubElement(parent, name, Ccy="GBP").text = f"{pence // 100}.{pence % 100:02d}"


def _customer_payment(payment: sqlite3.Row) -> str:
    document, message = _document("pacs.008.001.08", "FIToFICstmrCdtTrf", payment)
    transfer = SubElement(message, "CdtTrfTxInf")
    _tree(
        SubElement(transfer, "PmtId"),
        InstrId=payment["actual_end_to_end_id"],
        EndToEndId=payment["end_to_end_id"],
        UETR=uetr_of(payment),
    )
    _amount(transfer, "IntrBkSttlmAmt", payment)
    party = "Dbtr" if payment["direction"] == "credit" else "Cdtr"
    _tree(SubElement(transfer, party), Nm=payment["counterpart_name"])
    _tree(SubElement(transfer, "RmtInf"), Ustrd=payment["reference"])
    return tostring(document, encoding="unicode")


def _return(payment: sqlite3.Row, original: sqlite3.Row) -> str:
    document, message = _document("pacs.004.001.09", "PmtRtr", payment)
    returned = SubElement(message, "TxInf")
    _tree(
        returned,
        OrgnlInstrId=original["actual_end_to_end_id"],
        OrgnlEndToEndId=original["end_to_end_id"],
        OrgnlUETR=uetr_of(original),
    )
    _amount(returned, "RtrdIntrBkSttlmAmt", payment)
    _tree(SubElement(SubElement(returned, "RtrRsnInf"), "Rsn"), Cd=payment["return_code"] or "")
    return tostring(document, encoding="unicode")
