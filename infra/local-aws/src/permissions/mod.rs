//! What a function may do: the policies of its role, as `template.yaml` has them, held against what
//! it calls. A call that its role does not allow is refused here as it would be in AWS.
//!
//! Each function signs with an access key of its own, by which its calls are known. Who signs with
//! another key (operators' commands, tests) may do everything.

mod wanted;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{json_protocol::Reply, service::Service, site::Site};
use wanted::Wanted;

/// What a role allows; everything else it does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Role {
    /// Its policies' statements, in their order.
    pub statements: Vec<Statement>,
}

/// A statement of a policy, with the effect `Allow`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// Its `Sid`.
    pub sid: String,
    /// `dynamodb:Query`, and so on.
    pub actions: Vec<String>,
    /// ARNs, in which `*` and `?` stand for others.
    pub resources: Vec<String>,
    /// Patterns that every partition key of a call must match; none: any key will do. It is the
    /// condition `ForAllValues:StringLike` on `dynamodb:LeadingKeys`.
    pub leading_keys: Vec<String>,
}

impl Role {
    fn allows(&self, wanted: &Wanted) -> bool {
        self.statements.iter().any(|statement| statement.allows(wanted))
    }
}

impl Statement {
    fn allows(&self, wanted: &Wanted) -> bool {
        let keys = &self.leading_keys;
        self.actions.contains(&wanted.action)
            && self.resources.iter().any(|pattern| is_like(pattern, &wanted.resource))
            && (keys.is_empty()
                || wanted.keys.iter().all(|key| keys.iter().any(|pattern| is_like(pattern, key))))
    }
}

/// The roles of those whose calls are held against one.
#[derive(Debug, Default)]
pub struct Permissions(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    roles: BTreeMap<String, Role>,
    refused: BTreeSet<String>,
}

impl Permissions {
    /// From now on who signs with `access_key` may do what `role` allows, and no more.
    pub fn limit(&self, access_key: impl Into<String>, role: Role) {
        self.known().roles.insert(access_key.into(), role);
    }

    /// What was refused since the start: `dialogue: dynamodb:Scan on arn:…`.
    #[must_use]
    pub fn refused(&self) -> BTreeSet<String> {
        self.known().refused.clone()
    }

    /// The answer to a call that its caller may not make.
    pub(crate) fn refusal(
        &self,
        access_key: Option<&str>,
        service: Service,
        operation: &str,
        body: &[u8],
        site: &Site,
    ) -> Option<Reply> {
        let access_key = access_key?;
        let mut known = self.known();
        let role = known.roles.get(access_key)?;
        let wanted = wanted::of(service, operation, body, site);
        let missing = wanted.into_iter().find(|wanted| !role.allows(wanted))?;
        let Wanted { action, resource, .. } = missing;
        tracing::error!(event = "not_allowed", function = access_key, action, resource);
        let message = format!("{access_key} is not authorized to perform: {action} on {resource}");
        known.refused.insert(format!("{access_key}: {action} on {resource}"));
        let reply = Reply::error(400, "AccessDeniedException", &message);
        Some(match service {
            Service::Sqs => reply.with_query_error("AccessDenied"),
            Service::DynamoDb | Service::SecretsManager => reply,
        })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a text matches a pattern of IAM's, in which `*` is any text and `?` any letter.
fn is_like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut seen) = (0, 0);
    // Where the last star was, and how much of the text it has taken so far.
    let mut star = None;
    while let Some(letter) = text.get(seen) {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || wanted == letter => {
                at += 1;
                seen += 1;
            }
            _ => {
                let Some((place, taken)) = star else { return false };
                star = Some((place, taken + 1));
                at = place + 1;
                seen = taken + 1;
            }
        }
    }
    pattern.iter().skip(at).all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text_and_a_question_mark_any_letter() {
        for (pattern, text) in [
            ("a*", "a"),
            ("a*", "a:b/c"),
            ("*", ""),
            ("secret:x-??????", "secret:x-aB3dE6"),
            ("*b*d", "abcbd"),
        ] {
            assert!(is_like(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("a", "ab"),
            ("secret:x-??????", "secret:x-y-aB3dE6"),
            ("secret:x-??????", "secret:x-aB3d"),
            ("T#*", "S#telegram:1"),
            ("", "a"),
        ] {
            assert!(!is_like(pattern, text), "{pattern} {text}");
        }
    }
}
