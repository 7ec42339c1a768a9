"""The shapes of a job: one container, several, a pod on EKS, several nodes; what each needs, and how it ran."""

from batchnb.jobs.shapes.attempts import Attempt, attempt_records, attempts_in
from batchnb.jobs.shapes.bodies import Body, JobKind
from batchnb.jobs.shapes.containers import Container
from batchnb.jobs.shapes.evidence import Evidence, evidence_in, evidence_record
from batchnb.jobs.shapes.figures import Figures, figures_of
from batchnb.jobs.shapes.node_ranges import count_governed, read_range
from batchnb.jobs.shapes.plain import LATEST, mappings_in, moment_in, text_in, whole_in
from batchnb.jobs.shapes.quantities import read_quantity
from batchnb.jobs.shapes.runs import ContainerRun, Placement, Run, add_run, placement_record
from batchnb.jobs.shapes.texts import EvidenceTexts, evidence_texts
from batchnb.jobs.shapes.withheld import withheld_in

__all__ = [
    "LATEST",
    "Attempt",
    "Body",
    "Container",
    "ContainerRun",
    "Evidence",
    "EvidenceTexts",
    "Figures",
    "JobKind",
    "Placement",
    "Run",
    "add_run",
    "attempt_records",
    "attempts_in",
    "count_governed",
    "evidence_in",
    "evidence_record",
    "evidence_texts",
    "figures_of",
    "mappings_in",
    "moment_in",
    "placement_record",
    "read_quantity",
    "read_range",
    "text_in",
    "whole_in",
    "withheld_in",
]
