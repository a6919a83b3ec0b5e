"""Expected measure catalogue, typed by hand from domain.md §5.

A row is (code, longest duration, official code); judicial rows have the decider before the official code.

Longest duration in ISO 8601, "" where the paper gives none. Official codes are those of annexe 2-8.
"""

ADMINISTRATIVE = (
    ("info_advice", "", ""),
    ("tisf", "P1Y", "TYPINTERDOM 1"),
    ("aed", "P1Y", "TYPINTERDOM 2"),
    ("aed_reinforced", "P1Y", "TYPINTERDOM 3"),
    ("aed_lodging", "P1Y", "TYPINTERDOM 4 / 5"),
    ("aesf", "P1Y", "TYPINTERDOM 6"),
    ("financial_aid", "", ""),
    ("day_care_ase", "P1Y", "NATPDECADM 11"),
    ("shelter_72h", "PT72H", "NATPDECADM 12"),
    ("shelter_5d", "P5D", "NATPDECADM 13"),
    ("temporary_care", "P1Y", "NATPDECADM 14"),
    ("modular_care", "P1Y", "ACCMOD"),
    ("parent_child", "", "16"),
    ("volunteer_third", "", ""),
    ("sponsorship", "", "7"),
    ("young_adult", "", "MOTIFML 17"),  # to the 21st birthday
    ("prostitution_support", "", ""),
    ("street_outreach", "", ""),
)
JUDICIAL = (
    ("opp_prosecutor", "", "prosecutor", "NATDECPLAC / SUITSIGOPP"),  # judge seized within 8 days: C13
    ("opp_judge", "", "judge", "NATDECPLAC 1"),  # hearing within 15 days: C14; merits within 6 months: C14b
    ("mjie", "P6M", "judge", "TYPDECJUD 3"),
    ("expertise", "", "judge", "TYPDECJUD 4"),
    ("aemo", "P2Y", "judge", "TYPDECJUD 5"),
    ("aemo_reinforced", "P1Y", "judge", "TYPDECJUD 6"),
    ("aemo_lodging", "P2Y", "judge", "TYPDECJUD 7 / 8"),
    ("obligations", "P2Y", "judge", "TYPDECJUD 10"),
    ("placement_other_parent", "P2Y", "judge", "INSTITPLAC 1"),
    ("placement_relative", "P2Y", "judge", "INSTITPLAC 2"),
    ("placement_ase", "P2Y", "judge", "INSTITPLAC 3"),
    ("placement_establishment", "P2Y", "judge", "INSTITPLAC 4"),
    ("placement_health", "P2Y", "judge", "INSTITPLAC 5 / 6"),
    ("anonymous_place", "", "judge", ""),
    ("visits_supervised", "", "judge", "CONTMERE/CONTPERE"),
    ("exit_ban", "P2Y", "prosecutor / judge", ""),  # prosecutor: two months
    ("pjj_support", "", "judge", ""),
    ("family_mediation", "", "judge", ""),
    ("budget_help", "", "judge", "9"),
    ("delegation", "", "JAF / tribunal", "DECAP 2"),
    ("withdrawal_pa", "", "tribunal judiciaire", "DECAP 3"),
    ("ad_hoc_admin", "", "judge, bâtonnier", ""),
    ("no_ground", "", "judge", "NATDECASSED 10"),
    ("stay", "", "judge", "NATDECASSED 20"),
    ("judicial_pjj_penal", "", "courts", "TYPINTERV 3/4"),
)
