"""`tdmcli cdratio`: is this patient a fast metaboliser?"""

from tdmcli.cli import options as opt


def cdratio(
    level: opt.LevelOption = None,
    dose: opt.DoseOption = None,
    every: opt.EveryOption = None,
    product: opt.ProductOption = None,
    indication: opt.IndicationOption = None,
    weight: opt.WeightOption = None,
    days: opt.DaysOption = None,
    months: opt.MonthsOption = None,
    hours_after_dose: opt.HoursOption = None,
    days_on_dose: opt.OnDoseOption = None,
    last_change: opt.LastChangeOption = None,
    with_: opt.WithDrugOption = None,
    confirm_value: opt.ConfirmOption = None,
    patient: opt.PatientOption = None,
    protocol: opt.ProtocolOption = None,
    explain: opt.ExplainOption = False,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Divide the trough by the TOTAL daily dose, and class the ratio where a published cut-off holds.

    \b
    Examples:
      tdmcli cdratio --level 6.1 --dose 4 --every 12 --product prograf --days 90
      tdmcli cdratio --level 6.1 --dose 4 --every 12 --weight 68
      tdmcli cdratio --patient patient.toml
    """
    from tdmcli.cli.cdratio_view import VIEW
    from tdmcli.cli.output import show
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.cdratio import answer_cdratio

    form = opt.chosen(form, json)
    opt.use_protocol(protocol)
    asked = Asked(
        now=opt.moment(as_of),
        retrospective=as_of is not None,
        patient=patient,
        level=level,
        dose=dose,
        every=every,
        product=product,
        indication=indication,
        weight=weight,
        days=days,
        months=months,
        hours_after_dose=hours_after_dose,
        days_on_dose=days_on_dose,
        last_change=last_change,
        drugs=tuple(with_ or ()),
        confirm_value=tuple(confirm_value or ()),
    )
    show(answer_cdratio(asked), VIEW, form, explain=explain)
