/** The Rego that goes with the data. */

/**
 * `data.kerb.decision`: whether a decision that Kerb has made still stands. It judges the record and no manifest, so that it
 * cannot come to another verdict than Kerb does.
 */
export const decisionRego = `# Whether a decision of Kerb allows what was decided on, by what is published now.
#
# input.decision: a decision as a journal or the hub's log has it. That it is genuine, whoever asks has to know.
package kerb.decision

default allow := false

allow if count(reasons) == 0

reasons contains "no decision that allows it" if not input.decision.effect == "allow"

reasons contains "the policies it rests on are not in force" if not is_current

reasons contains "its policies were older than the organisation allows" if not input.decision.stale == false

reasons contains "it does not say which exceptions were used" if not is_array(input.decision.exceptions)

reasons contains sprintf("exception %s is not in force", [id]) if {
	some id in input.decision.exceptions
	not in_force(id)
}

is_current if input.decision.policies.revision in data.kerb.revisions

in_force(id) if {
	exception := data.kerb.exceptions[id]
	now := time.now_ns()
	time.parse_rfc3339_ns(exception.notBefore) <= now
	now < time.parse_rfc3339_ns(exception.expiresAt)
	not is_revoked(exception, now)
}

is_revoked(exception, now) if time.parse_rfc3339_ns(exception.revokedAt) <= now
`;
