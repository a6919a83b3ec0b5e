"""The parties whom a step tells, in both languages."""

from functools import cache
from typing import Final

from web.cases.words import Words

#: Whom a step tells, as its declaration names them.
_PARTIES: Final = """
asker|la personne qui a posé la question|whoever asked
agent|l'agent, sans que vous appreniez qui|the agent, without your learning who
askers|les personnes qui ont posé une question|whoever asked
auditors|les auditeur·rices|the auditors
both_teams|les deux équipes|both teams
child|l'enfant|the child
coordinator|la ou le responsable CRIP|the coordinator
crip_queue|la file de la CRIP|the cell's queue
dpo|la ou le délégué à la protection des données|the data protection officer
exploitation_lead|la ou le référent prostitution des mineur·es|the lead on the prostitution of minors
filer|le déclarant|the filer
holders|les titulaires de l'autorité parentale|the holders of parental authority
assessment_lead|la ou le cadre d'évaluation|the assessment lead
ase_inspector|l'inspecteur·rice ASE|the child welfare inspector
case_referent|la ou le référent ASE|the child's social worker
named|les personnes nommées|the people named
on_call|le cadre d'astreinte|the on-call officer
prosecutor|le parquet|the prosecutor
recipient|le destinataire|the recipient
service|le service|the service
supervisor|l'encadrant·e|the supervisor
supervisors|les encadrant·es|the supervisors
target_service|le service destinataire|the service that takes over
target_team|l'équipe de l'autre dossier|the other file's team
team|l'équipe|the team
transfer_arbiters|les encadrant·es des deux autorités|the supervisors of both authorities
transfer_target|l'autorité destinataire|the authority asked
"""


@cache
def _parties() -> dict[str, Words]:
    lines = [line.split("|") for line in _PARTIES.strip().splitlines()]
    return {name: Words(fr, en) for name, fr, en in lines}


def party(name: str) -> Words:
    """Return whom a step tells, in words."""
    return _parties().get(name) or Words(name, name)


def parties() -> frozenset[str]:
    """Return the names that have words."""
    return frozenset(_parties())
