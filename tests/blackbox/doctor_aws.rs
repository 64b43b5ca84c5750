//! `mirt doctor` of a deployment: what CloudFormation tells of it is played by a stub, everything else by
//! the local services.
#![expect(clippy::expect_used, reason = "a test whose stub does not start must fail")]

use std::sync::Arc;

use axum::{Router, body::Bytes, extract::State, routing::post};
use mirt_test_support::mirt::World;
use serde_json::{Value, json};

use crate::{
    doctor::{findings, named},
    stacks::{profile, run_with},
    world,
};

const TEMPLATE: &str = include_str!("../../template.yaml");

/// What CloudFormation tells.
struct Told {
    /// Keys and values.
    parameters: Vec<(&'static str, String)>,
    health: String,
    template: String,
    /// What CloudFormation made of it.
    made: String,
    /// A resource and what of it was changed by hand.
    drift: Option<(&'static str, &'static str)>,
}

/// A stub of CloudFormation, and where it listens.
async fn cloud_formation(told: Told) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound socket has an address");
    let router = Router::new().route("/", post(answer)).with_state(Arc::new(told));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

async fn answer(State(told): State<Arc<Told>>, body: Bytes) -> String {
    let body = String::from_utf8_lossy(&body).into_owned();
    let action = body.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default();
    let id = "<StackId>arn:aws:cloudformation:us-east-1:000000000000:stack/mirt-dev/1</StackId>";
    let at = "<Timestamp>2026-11-21T00:00:00Z</Timestamp>";
    let result = match action {
        "DescribeStacks" => {
            let parameters: String = told
                .parameters
                .iter()
                .map(|(key, value)| {
                    format!(
                        "<member><ParameterKey>{key}</ParameterKey>\
                         <ParameterValue>{value}</ParameterValue></member>"
                    )
                })
                .collect();
            format!(
                "<Stacks><member><StackName>mirt-dev</StackName>{id}\
                 <CreationTime>2026-11-01T00:00:00Z</CreationTime>\
                 <StackStatus>UPDATE_COMPLETE</StackStatus><Parameters>{parameters}</Parameters>\
                 <Outputs><member><OutputKey>HealthUrl</OutputKey>\
                 <OutputValue>{}</OutputValue></member></Outputs></member></Stacks>",
                told.health
            )
        }
        "GetTemplate" => {
            let is_made = body.contains("TemplateStage=Processed");
            let text = if is_made { &told.made } else { &told.template };
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            format!("<TemplateBody>{text}</TemplateBody>")
        }
        "DetectStackDrift" => "<StackDriftDetectionId>d</StackDriftDetectionId>".to_owned(),
        "DescribeStackDriftDetectionStatus" => format!(
            "{id}<StackDriftDetectionId>d</StackDriftDetectionId>{at}\
             <DetectionStatus>DETECTION_COMPLETE</DetectionStatus>"
        ),
        "DescribeStackResourceDrifts" => {
            let drift = told.drift.map(|(resource, path)| {
                format!(
                    "<member>{id}{at}<LogicalResourceId>{resource}</LogicalResourceId>\
                     <ResourceType>AWS::SQS::Queue</ResourceType>\
                     <StackResourceDriftStatus>MODIFIED</StackResourceDriftStatus>\
                     <PropertyDifferences><member><PropertyPath>{path}</PropertyPath>\
                     <ExpectedValue>1</ExpectedValue><ActualValue>2</ActualValue>\
                     <DifferenceType>NOT_EQUAL</DifferenceType></member></PropertyDifferences></member>"
                )
            });
            format!("<StackResourceDrifts>{}</StackResourceDrifts>", drift.unwrap_or_default())
        }
        _ => String::new(),
    };
    format!(
        "<{action}Response xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\">\
         <{action}Result>{result}</{action}Result></{action}Response>"
    )
}

/// A deployment that is what the program was built with.
fn deployed(world: &World) -> Told {
    Told {
        parameters: vec![
            ("Stage", "dev".to_owned()),
            ("ManychatApiUrl", world.manychat.url()),
            ("TelegramApiUrl", world.telegram.url()),
        ],
        health: world.mirt.url("/health"),
        template: TEMPLATE.to_owned(),
        made: made(&json!("20000")),
        drift: None,
    }
}

/// What CloudFormation makes of the template, as far as it is looked at: a function with a version, and one without.
fn made(time: &Value) -> String {
    let function = |time: &Value| {
        let environment = json!({ "Variables": { "MIRT_MODEL_TEXT_MS": time } });
        let properties = json!({ "Environment": environment });
        json!({ "Type": "AWS::Lambda::Function", "Properties": properties })
    };
    let version = json!({ "FunctionName": { "Ref": "DialogueFunction" } });
    let made = json!({
        "Parameters": { "ModelTextMs": { "Type": "Number" } },
        "Resources": {
            "DialogueFunction": function(time),
            "DialogueFunctionVersion0123": { "Type": "AWS::Lambda::Version", "Properties": version },
            "SweeperFunction": function(&json!({ "Ref": "ModelTextMs" })),
        },
    });
    made.to_string()
}

async fn doctor(world: &World, told: Told) -> (Option<i32>, Vec<Value>) {
    let (aws, url) = (profile(&world.mirt, "shop"), cloud_formation(told).await);
    let arguments = ["doctor", "--json", "--stack", "mirt-dev", "--profile", "shop"];
    let to_stub = [("AWS_ENDPOINT_URL_CLOUDFORMATION", url.as_str())];
    let output = run_with(&world.mirt, &arguments, &aws, &to_stub).await;
    assert!(output.status.code() != Some(2), "{output:?}");
    findings(&output)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_as_the_program_was_built_is_well() {
    let world = world().await;

    let (code, found) = doctor(&world, deployed(&world)).await;

    assert_eq!((code, named(&found, "fault")), (Some(0), Vec::new()));
    for check in
        ["stack", "template", "versions", "changes by hand", "secret channels", "table", "API"]
    {
        let is_well = found.iter().any(|it| it["check"] == check && it["verdict"] == "ok");
        assert!(is_well, "{check}: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_packaging_has_written_anew_is_the_same_and_another_memory_is_named() {
    let world = world().await;
    let packaged = TEMPLATE
        .replace("CodeUri: functions/webhook", "CodeUri: s3://bucket/0123")
        .replace("!Ref Table\n", "{ Ref: Table }\n");
    let changed = TEMPLATE.replacen("MemorySize: 128", "MemorySize: 256", 1);
    assert!(packaged != TEMPLATE && changed != TEMPLATE);

    let (_, same) = doctor(&world, Told { template: packaged, ..deployed(&world) }).await;
    let (code, other) = doctor(&world, Told { template: changed, ..deployed(&world) }).await;

    let of_template = |found: &[Value], verdict| {
        named(found, verdict).into_iter().find(|it| it.starts_with("template"))
    };
    assert!(of_template(&same, "ok").is_some(), "{same:?}");
    let warning = of_template(&other, "warning").unwrap_or_default();
    assert!(warning.contains("MemorySize"), "{other:?}");
    assert_eq!(code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_that_does_not_reach_what_runs_behind_an_alias_is_a_fault_and_named() {
    let world = world().await;
    let by_name = made(&json!({ "Ref": "ModelTextMs" }));
    let in_a_text = made(&json!({ "Fn::Sub": "${ModelTextMs}" }));

    for made in [by_name, in_a_text] {
        let (code, found) = doctor(&world, Told { made, ..deployed(&world) }).await;

        let faults = named(&found, "fault");
        assert_eq!((code, faults.len()), (Some(1), 1), "{faults:?}");
        assert!(faults[0].contains("DialogueFunction: ModelTextMs"), "{faults:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_changed_by_hand_is_a_fault_and_named() {
    let world = world().await;
    let drift = Some(("InboundQueue", "/VisibilityTimeout"));

    let (code, found) = doctor(&world, Told { drift, ..deployed(&world) }).await;

    let faults = named(&found, "fault");
    assert_eq!((code, faults.len()), (Some(1), 1), "{faults:?}");
    assert!(faults[0].contains("InboundQueue: /VisibilityTimeout"), "{faults:?}");
}
