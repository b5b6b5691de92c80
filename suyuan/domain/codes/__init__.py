"""Codes: recognise any code a person can scan or type, check it, give its one canonical form."""

from suyuan.domain.codes.code import Candidate, Code, Level, Use
from suyuan.domain.codes.recognition import candidates, recognise
from suyuan.domain.codes.schemes import NAMES

__all__ = ["NAMES", "Candidate", "Code", "Level", "Use", "candidates", "recognise"]
