"""Which role each route of the API needs: the one table, which every request is held against.

A route that does not stand here is refused to everybody, and tests/serve/web/test_access.py fails for it.
"""

from __future__ import annotations

from scarscore.serve.records.people import Role

PUBLIC = None
VIEWER, PRACTITIONER, ADMIN = Role.VIEWER, Role.PRACTITIONER, Role.ADMIN

# (method, path) -> the least role, or PUBLIC.
ACCESS: dict[tuple[str, str], Role | None] = {
    ("GET", "/livez"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/metrics"): PUBLIC,  # on loopback alone
    ("GET", "/api/v1/openapi.json"): PUBLIC,
    ("GET", "/"): PUBLIC,  # leads to where somebody can sign in
    ("GET", "/setup"): PUBLIC,
    ("GET", "/sign-in"): PUBLIC,
    ("GET", "/connect"): VIEWER,
    ("GET", "/account"): VIEWER,
    ("GET", "/patients"): VIEWER,
    ("GET", "/courses/{course_id}/compare"): VIEWER,
    ("GET", "/courses/{course_id}/compare/told"): VIEWER,
    ("GET", "/blind"): VIEWER,
    ("GET", "/blind/{review_id}"): PRACTITIONER,
    ("GET", "/blind/{review_id}/photo"): PRACTITIONER,
    ("GET", "/blind/{review_id}/results"): VIEWER,
    ("POST", "/patients/search"): VIEWER,  # changes nothing; a name has no place in an address
    ("GET", "/patients/{patient_id}"): VIEWER,
    ("GET", "/courses/{course_id}"): VIEWER,
    ("GET", "/courses/{course_id}/measured"): VIEWER,
    ("GET", "/courses/{course_id}/new-visit"): PRACTITIONER,
    ("GET", "/courses/{course_id}/new-visit/day"): PRACTITIONER,
    ("GET", "/visits/{visit_id}"): VIEWER,
    ("GET", "/visits/{visit_id}/photos"): PRACTITIONER,
    ("GET", "/visits/{visit_id}/numbers"): VIEWER,
    ("GET", "/visits/{visit_id}/scales"): VIEWER,
    ("GET", "/photos/{photo_id}/shot"): PRACTITIONER,
    ("GET", "/photos/{photo_id}/card"): VIEWER,
    ("GET", "/photos/{photo_id}/places"): PRACTITIONER,
    ("GET", "/settings"): VIEWER,
    ("GET", "/settings/tokens"): VIEWER,  # one's own; everybody's for admins
    ("GET", "/settings/tokens/list"): VIEWER,
    ("GET", "/settings/models"): VIEWER,
    ("GET", "/settings/models/{name}"): VIEWER,
    ("GET", "/settings/repeatability"): VIEWER,
    ("POST", "/settings/repeatability/told"): VIEWER,  # computes, and stores nothing
    ("GET", "/settings/people"): ADMIN,
    ("GET", "/settings/people/list"): ADMIN,
    ("GET", "/settings/records"): ADMIN,
    ("GET", "/settings/audit"): ADMIN,
    ("GET", "/settings/audit/chain"): ADMIN,
    ("GET", "/static/{name}"): PUBLIC,
    ("POST", "/api/v1/setup"): PUBLIC,  # with the code from the terminal, once
    ("POST", "/api/v1/sign-in"): PUBLIC,
    ("POST", "/api/v1/sign-out"): VIEWER,
    ("GET", "/api/v1/me"): VIEWER,
    ("PUT", "/api/v1/me/password"): VIEWER,
    ("GET", "/api/v1/accounts"): ADMIN,
    ("POST", "/api/v1/accounts"): ADMIN,
    ("PUT", "/api/v1/accounts/{account}/role"): ADMIN,
    ("PUT", "/api/v1/accounts/{account}/password"): ADMIN,
    ("POST", "/api/v1/accounts/{account}/deactivate"): ADMIN,
    ("POST", "/api/v1/accounts/{account}/reactivate"): ADMIN,
    ("GET", "/api/v1/tokens"): VIEWER,  # one's own; everybody's for admins
    ("POST", "/api/v1/tokens"): VIEWER,
    ("DELETE", "/api/v1/tokens/{token}"): VIEWER,
    ("GET", "/api/v1/settings"): VIEWER,
    ("PUT", "/api/v1/settings"): ADMIN,
    ("PATCH", "/api/v1/settings"): ADMIN,
    ("PUT", "/api/v1/settings/errors"): ADMIN,
    ("DELETE", "/api/v1/settings/errors"): ADMIN,
    ("GET", "/api/v1/audit"): ADMIN,
    ("GET", "/api/v1/audit/verify"): ADMIN,
    ("GET", "/api/v1/patients"): VIEWER,
    ("POST", "/api/v1/patients"): PRACTITIONER,
    ("POST", "/api/v1/patients/search"): VIEWER,  # changes nothing; a name has no place in an address
    ("GET", "/api/v1/patients/{patient_id}"): VIEWER,
    ("PATCH", "/api/v1/patients/{patient_id}"): PRACTITIONER,
    ("DELETE", "/api/v1/patients/{patient_id}"): ADMIN,
    ("GET", "/api/v1/retention"): ADMIN,
    ("GET", "/api/v1/due"): VIEWER,
    ("GET", "/api/v1/patients/{patient_id}/consents"): VIEWER,
    ("POST", "/api/v1/patients/{patient_id}/consents"): PRACTITIONER,
    ("DELETE", "/api/v1/patients/{patient_id}/consents/{use}"): PRACTITIONER,
    ("GET", "/api/v1/patients/{patient_id}/courses"): VIEWER,
    ("POST", "/api/v1/patients/{patient_id}/courses"): PRACTITIONER,
    ("GET", "/api/v1/courses/{course_id}"): VIEWER,
    ("PUT", "/api/v1/courses/{course_id}/plan"): PRACTITIONER,
    ("GET", "/api/v1/courses/{course_id}/sessions"): VIEWER,
    ("POST", "/api/v1/courses/{course_id}/sessions"): PRACTITIONER,
    ("PATCH", "/api/v1/sessions/{session_id}"): PRACTITIONER,
    ("DELETE", "/api/v1/sessions/{session_id}"): PRACTITIONER,
    ("GET", "/api/v1/courses/{course_id}/visits"): VIEWER,
    ("POST", "/api/v1/courses/{course_id}/visits"): PRACTITIONER,
    ("GET", "/api/v1/visits/{visit_id}"): VIEWER,
    ("PATCH", "/api/v1/visits/{visit_id}"): PRACTITIONER,
    ("DELETE", "/api/v1/visits/{visit_id}"): PRACTITIONER,
    ("GET", "/api/v1/visits/{visit_id}/findings"): VIEWER,
    ("POST", "/api/v1/visits/{visit_id}/findings"): PRACTITIONER,
    ("GET", "/api/v1/visits/{visit_id}/scales"): VIEWER,
    ("GET", "/api/v1/courses/{course_id}/start-photos"): VIEWER,
    ("GET", "/api/v1/visits/{visit_id}/photos"): VIEWER,
    ("POST", "/api/v1/visits/{visit_id}/photos"): PRACTITIONER,
    ("GET", "/api/v1/photos/{photo_id}"): VIEWER,
    ("PATCH", "/api/v1/photos/{photo_id}"): PRACTITIONER,
    ("DELETE", "/api/v1/photos/{photo_id}"): PRACTITIONER,
    ("GET", "/api/v1/photos/{photo_id}/image"): VIEWER,
    ("GET", "/api/v1/photos/{photo_id}/preview"): VIEWER,
    ("GET", "/api/v1/photos/{photo_id}/overlay"): VIEWER,
    ("GET", "/api/v1/photos/{photo_id}/scores"): VIEWER,
    ("POST", "/api/v1/photos/{photo_id}/rescore"): PRACTITIONER,
    ("POST", "/api/v1/courses/{course_id}/rescore"): PRACTITIONER,
    ("POST", "/api/v1/score"): VIEWER,  # stores nothing
    ("POST", "/api/v1/repeatability"): VIEWER,  # computes, and stores nothing
    ("GET", "/api/v1/courses/{course_id}/verdict"): VIEWER,
    ("GET", "/api/v1/courses/{course_id}/timeline"): VIEWER,
    ("GET", "/api/v1/courses/{course_id}/compared"): VIEWER,
    ("GET", "/api/v1/courses/{course_id}/compared/{picture}"): VIEWER,
    ("GET", "/api/v1/reviews"): VIEWER,
    ("POST", "/api/v1/reviews"): PRACTITIONER,
    ("GET", "/api/v1/reviews/{review_id}"): VIEWER,
    ("GET", "/api/v1/reviews/{review_id}/photos/{item_id}"): PRACTITIONER,
    ("GET", "/api/v1/reviews/{review_id}/photos/{item_id}/image"): PRACTITIONER,
    ("POST", "/api/v1/reviews/{review_id}/photos/{item_id}/grades"): PRACTITIONER,
    ("GET", "/api/v1/reviews/{review_id}/results"): VIEWER,
    ("GET", "/api/v1/reviews/{review_id}/labels.zip"): ADMIN,
    ("GET", "/api/v1/exports/records.zip"): ADMIN,
    ("GET", "/api/v1/patients/{patient_id}/export"): PRACTITIONER,
    ("GET", "/api/v1/courses/{course_id}/fhir"): PRACTITIONER,
    ("GET", "/api/v1/courses/{course_id}/visits.csv"): PRACTITIONER,
    ("GET", "/api/v1/photos/{photo_id}/dicom"): PRACTITIONER,
    ("GET", "/api/v1/patients/{patient_id}/courses/{course_id}/report.pdf"): PRACTITIONER,
    ("GET", "/api/v1/patients/{patient_id}/visits/{visit_id}/report.pdf"): PRACTITIONER,
    ("POST", "/api/v1/imports/patient"): ADMIN,
    ("POST", "/api/v1/visits/{visit_id}/dicom"): PRACTITIONER,
}


def least_role(method: str, path: str) -> Role | None:
    """The least role that a route needs, None where everybody may. Raises `KeyError` for a route that is not listed."""
    return ACCESS[method, path]
