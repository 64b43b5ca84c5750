//! Whether a changed parameter reaches the functions that run behind an alias.
//!
//! Such a function runs a version, and the version is made anew only when what SAM reads of the function has changed:
//! the parameters' values must stand there before SAM reads it, and not their names. The template has the values put
//! there first; whether they were is seen in what CloudFormation made of it.

use aws_sdk_cloudformation::types::TemplateStage;
use mirt_local_aws::template;
use serde_json::Value;

use super::{
    Findings,
    deployed::{Stack, reason},
};

const CHECK: &str = "versions";

pub(super) async fn check(stack: &Stack, name: &str, findings: &mut Findings) {
    let made = stack.client.get_template().stack_name(name);
    let made = match made.template_stage(TemplateStage::Processed).send().await {
        Ok(made) => made,
        Err(error) => {
            let found = format!("what was made of the template cannot be read: {}", reason(&error));
            findings.warn(CHECK, found, "the profile needs cloudformation:GetTemplate");
            return;
        }
    };
    let Ok(made) = template::tree(made.template_body().unwrap_or_default()) else {
        findings.warn(CHECK, "what was made of the template cannot be read", TELL);
        return;
    };
    match left_by_name(&made).as_slice() {
        [] => findings.well(CHECK, "a changed parameter is a new version of webhook and dialogue"),
        left => findings.fault(
            CHECK,
            format!("these do not reach a function that runs a version: {}", left.join(", ")),
            TELL,
        ),
    }
}

const TELL: &str = "deploy this release; if it is the one that is deployed, tell the developers";

/// The parameters that still stand by their names in functions with versions: `DialogueFunction: ModelTextMs`.
fn left_by_name(made: &Value) -> Vec<String> {
    let members = |name: &str| made[name].as_object().into_iter().flatten();
    let versions = members("Resources").filter(|(_, it)| it["Type"] == "AWS::Lambda::Version");
    let functions = versions.filter_map(|(_, it)| it["Properties"]["FunctionName"]["Ref"].as_str());
    let left = functions.flat_map(|function| {
        let text = made["Resources"][function]["Properties"].to_string();
        members("Parameters")
            .filter(move |(name, _)| {
                text.contains(&format!(r#"{{"Ref":"{name}"}}"#))
                    || text.contains(&format!("${{{name}}}"))
            })
            .map(move |(name, _)| format!("{function}: {name}"))
    });
    left.collect()
}
