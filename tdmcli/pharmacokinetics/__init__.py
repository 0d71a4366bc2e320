"""Concentrations from doses, parameters from levels, and forecasts: plain floats, standard library only.

The files are the stages, in this order: `population_model` (typical values, covariates, variability: `data/models`),
`dosing_history` (doses as courses), `disposition` and `absorption` (closed forms), `concentration` (a patient's course,
exact wherever rates meet), `exposure` (areas), `likelihood` (how far levels lie from it), `drift` (clearance that moves
from visit to visit), `estimate` (the most probable parameters and how sure they are) and `forecast`.
Times are hours on one axis, doses mg, volumes L, concentrations ng/mL.
A level at the very time of a dose was taken before it.
"""
