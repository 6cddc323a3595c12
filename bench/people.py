"""Who of the partners' people reaches which client in the programme of :mod:`bench.large`, and what was used when.

Each partner has four collaborators: the first by name, the second in the team "Web", the third in the team "Everybody",
which reaches all, the fourth by name and in two teams. Person and membership have one number, beyond the legal
representatives'.
"""

from __future__ import annotations

_USERS = """
INSERT INTO accounts_user (id, password, email, name, language, staff_role, is_active, date_joined)
SELECT n, %(password)s, 'person' || n || '@bench.example', 'Person ' || n, 'en', '', true, %(now)s - interval '2 years'
FROM generate_series(1, 4 * %(partners)s) k, LATERAL (SELECT %(partners)s + %(clients)s + k AS n) numbered
"""
_MEMBERSHIPS = """
INSERT INTO accounts_membership (id, user_id, organisation_id, role, has_accounting, is_external, created_at)
SELECT n, n, (k - 1) / 4 + 1, 'COLLABORATOR', false, false, %(now)s - interval '2 years'
FROM generate_series(1, 4 * %(partners)s) k, LATERAL (SELECT %(partners)s + %(clients)s + k AS n) numbered
"""
_TEAMS = """
INSERT INTO clients_team (id, organisation_id, name, reaches_all, has_technical, has_statistics, has_order, has_billing,
                          created_at)
SELECT 3 * (p - 1) + t, p, (ARRAY['Web', 'North', 'Everybody'])[t], t = 3, t <> 2, true, t = 1, false,
       %(now)s - interval '300 days'
FROM generate_series(1, %(partners)s) p, generate_series(1, 3) t
"""
_TEAM_MEMBERS = """
INSERT INTO clients_teammember (team_id, membership_id)
SELECT 3 * (p - 1) + seat.team, %(partners)s + %(clients)s + 4 * (p - 1) + seat.person
FROM generate_series(1, %(partners)s) p, (VALUES (1, 2), (3, 3), (1, 4), (2, 4)) AS seat(team, person)
"""
# "Web" looks after two clients of five, "North" after one of five.
_TEAM_CLIENTS = """
INSERT INTO clients_teamclient (team_id, relationship_id)
SELECT 3 * (partner_id - 1) + CASE WHEN id %% 5 = 2 THEN 2 ELSE 1 END, id
FROM clients_relationship WHERE id %% 5 IN (0, 2, 4)
"""
# The first collaborator by name to every hundredth client, the fourth to every other hundredth.
_ASSIGNMENTS = """
INSERT INTO clients_clientassignment (relationship_id, membership_id, has_technical, has_statistics, has_order,
                                      has_billing, assigned_at)
SELECT id, %(partners)s + %(clients)s + 4 * (partner_id - 1) + person, id %% 2 = 0, true, id %% 3 = 0, false,
       access_since
FROM clients_relationship, (VALUES (1, 100), (4, 200)) AS seat(person, each)
WHERE id %% each IN (0, 3, 4)
"""
# Of a hundred clients, one's partner has used nothing for half a year; the others were used within two months.
_USES = """
INSERT INTO clients_rightuse (relationship_id, "right", last_used_on)
SELECT id, used, %(now)s::date - (CASE WHEN id %% 100 = 6 THEN 180 ELSE id %% 60 END)::int
FROM clients_relationship, unnest(ARRAY['view', 'technical', 'statistics', 'order']) used
WHERE used <> 'order' OR access = 'FULL'
"""

STEPS = (_USERS, _MEMBERSHIPS, _TEAMS, _TEAM_MEMBERS, _TEAM_CLIENTS, _ASSIGNMENTS, _USES)
FILLED = [
    "clients_team", "clients_teammember", "clients_teamclient", "clients_clientassignment", "clients_rightuse",
]  # fmt: skip
NUMBERED = ("clients_team",)
