//! Reading a template: the model and the values.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod refused;
mod sample;

use std::{collections::BTreeMap, time::Duration};

use mirt_local_aws::{
    dynamodb::{IndexDefinition, Key, KeyAttribute, KeyType, Projection, TableDefinition},
    gateway::Route,
    lambda::FunctionSpec,
    mapping::Mapping,
    permissions::Statement,
    site::Site,
    template::{DEFAULT_CONCURRENCY, DeadLetters, Surroundings, Template},
};
use sample::{SAMPLE, parse, surroundings};

fn key(name: &str, key_type: KeyType) -> KeyAttribute {
    KeyAttribute { name: name.to_owned(), key_type }
}

#[test]
fn a_table_is_read_with_its_keys_its_index_and_its_expiry() {
    let template = parse(SAMPLE).unwrap();

    let partition = key("pk", KeyType::String);
    assert_eq!(
        template.tables,
        [TableDefinition {
            name: "shop-test".to_owned(),
            key: Key { partition: partition.clone(), sort: None },
            indexes: vec![IndexDefinition {
                name: "due".to_owned(),
                key: Key { partition, sort: Some(key("at", KeyType::Number)) },
                projection: Projection::KeysOnly,
            }],
            ttl_attribute: Some("ttl".to_owned()),
        }]
    );
}

#[test]
fn an_expiry_that_is_switched_off_is_none() {
    let template = parse(&SAMPLE.replace("Enabled: true", "Enabled: false")).unwrap();

    assert_eq!(template.tables[0].ttl_attribute, None);
}

#[test]
fn a_queue_is_read_with_the_attributes_that_sqs_takes() {
    let template = parse(SAMPLE).unwrap();

    let queue = template.queues.iter().find(|queue| queue.name == "work.fifo").unwrap();
    assert!(queue.is_fifo());
    assert_eq!(queue.visibility_timeout, Duration::from_secs(60));
    assert_eq!(
        queue.dead_letters,
        Some(DeadLetters { queue: "dead.fifo".to_owned(), max_receive_count: 3 })
    );
    let attributes: BTreeMap<&str, &str> =
        queue.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        attributes,
        BTreeMap::from([
            ("ContentBasedDeduplication", "false"),
            ("DeduplicationScope", "messageGroup"),
            ("FifoQueue", "true"),
            ("FifoThroughputLimit", "perMessageGroupId"),
            (
                "RedrivePolicy",
                r#"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead.fifo","maxReceiveCount":3}"#
            ),
            ("VisibilityTimeout", "60"),
        ])
    );
}

#[test]
fn a_dead_letter_queue_comes_before_the_queue_that_uses_it() {
    let template = parse(SAMPLE).unwrap();

    let names: Vec<&str> = template.queues.iter().map(|queue| queue.name.as_str()).collect();
    assert_eq!(names, ["dead.fifo", "work.fifo"]);
}

#[test]
fn a_function_is_named_after_its_code_and_takes_from_the_globals_what_it_does_not_say() {
    let template = parse(SAMPLE).unwrap();

    assert_eq!(
        template.functions[0].spec,
        FunctionSpec {
            name: "worker".to_owned(),
            function_name: "shop-test-worker".to_owned(),
            handler: "bootstrap".to_owned(),
            timeout: Duration::from_secs(5),
            is_traced: false,
            memory_mb: 256,
            max_concurrency: 4,
        }
    );
}

#[test]
fn a_role_is_read_with_its_statements_and_the_keys_that_they_are_limited_to() {
    let template = parse(SAMPLE).unwrap();

    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let table = "arn:aws:dynamodb:us-east-1:000000000000:table/shop-test";
    assert_eq!(
        template.functions[0].role.statements,
        [
            Statement {
                sid: "Read".to_owned(),
                actions: texts(&["dynamodb:Query", "dynamodb:GetItem"]),
                resources: texts(&[table, &format!("{table}/index/due")]),
                leading_keys: texts(&["W#*"]),
            },
            Statement {
                sid: String::new(),
                actions: texts(&["sqs:SendMessage"]),
                resources: texts(&["arn:aws:sqs:us-east-1:000000000000:dead.fifo"]),
                leading_keys: Vec::new(),
            },
        ]
    );
}

#[test]
fn a_function_is_traced_where_its_condition_holds() {
    let traced = |greeting: &str| {
        let condition = "Conditions: { IsLoud: !Equals [!Ref Greeting, HELLO] }\nResources:";
        let tracing = "CodeUri: functions/worker\n      Tracing: !If [IsLoud, Active, PassThrough]";
        let text = SAMPLE
            .replace("Default: hello", &format!("Default: {greeting}"))
            .replace("Resources:", condition)
            .replace("CodeUri: functions/worker", tracing);
        parse(&text).unwrap().functions[0].spec.is_traced
    };

    assert!(traced("HELLO") && !traced("hello"));
    let unknown = SAMPLE.replace("Handler: bootstrap", "Handler: !If [Nobody, a, b]");
    assert!(parse(&unknown).unwrap_err().to_string().contains("no such condition"));
}

#[test]
fn references_in_an_environment_become_names_urls_and_arns() {
    let template = parse(SAMPLE).unwrap();

    let environment: BTreeMap<&str, &str> = template.functions[0]
        .environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        environment,
        BTreeMap::from([
            ("ATTRIBUTE", "dead.fifo"),
            ("JOINED", "a:hello:3"),
            ("LONG", "hello from shop-test in us-east-1, ${kept}"),
            ("OVERRIDDEN", "here"),
            ("QUEUE", "http://127.0.0.1:4566/000000000000/work.fifo"),
            ("QUEUE_ARN", "arn:aws:sqs:us-east-1:000000000000:work.fifo"),
            ("SHARED", "everywhere"),
            ("TABLE", "shop-test"),
        ])
    );
}

#[test]
fn events_become_routes_and_mappings() {
    let template = parse(SAMPLE).unwrap();

    let route = |method: &str| Route {
        method: method.to_owned(),
        path: "/call".to_owned(),
        function: "worker".to_owned(),
    };
    assert_eq!(template.routes, [route("POST"), route("GET")]);
    assert_eq!(
        template.mappings,
        [Mapping {
            queue: "work.fifo".to_owned(),
            function: "worker".to_owned(),
            batch_size: 7,
            reports_item_failures: true,
            max_concurrency: 12,
        }]
    );
}

#[test]
fn a_mapping_that_says_nothing_has_the_defaults() {
    let spare = SAMPLE
        .replace("            BatchSize: 7\n", "")
        .replace("            FunctionResponseTypes: [ReportBatchItemFailures]\n", "")
        .replace("            ScalingConfig: { MaximumConcurrency: 12 }\n", "");

    let template = parse(&spare).unwrap();

    assert_eq!(
        template.mappings,
        [Mapping {
            queue: "work.fifo".to_owned(),
            function: "worker".to_owned(),
            batch_size: 10,
            reports_item_failures: false,
            max_concurrency: DEFAULT_CONCURRENCY,
        }]
    );
}

#[test]
fn given_parameters_take_the_place_of_defaults() {
    let site = Site { region: "eu-central-1".to_owned(), account: "123456789012".to_owned() };
    let parameters = BTreeMap::from([("Stage".to_owned(), "live".to_owned())]);

    let template =
        Template::parse(SAMPLE, &Surroundings { site, parameters, ..surroundings() }).unwrap();

    let function = &template.functions[0];
    assert_eq!(template.tables[0].name, "shop-live");
    assert_eq!(
        function.environment["QUEUE_ARN"],
        "arn:aws:sqs:eu-central-1:123456789012:work.fifo"
    );
    assert_eq!(function.environment["QUEUE"], "http://127.0.0.1:4566/123456789012/work.fifo");
}
