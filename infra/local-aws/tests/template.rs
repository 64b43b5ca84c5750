//! Reading a template: the model, the values, and what is refused.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::{collections::BTreeMap, time::Duration};

use mirt_local_aws::{
    dynamodb::{IndexDefinition, Key, KeyAttribute, KeyType, Projection, TableDefinition},
    gateway::Route,
    lambda::FunctionSpec,
    mapping::Mapping,
    permissions::Statement,
    site::Site,
    template::{DEFAULT_CONCURRENCY, DeadLetters, Surroundings, Template, TemplateError},
};

const SAMPLE: &str = r#"
Parameters:
  Stage: { Type: String, Default: test }
  Greeting: { Type: String, Default: hello }
Globals:
  Function:
    Handler: bootstrap
    Timeout: 5
    Environment: { Variables: { SHARED: everywhere, OVERRIDDEN: global } }
Resources:
  Api: { Type: AWS::Serverless::HttpApi }
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub shop-${Stage}
      AttributeDefinitions:
        - { AttributeName: pk, AttributeType: S }
        - { AttributeName: at, AttributeType: N }
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
      GlobalSecondaryIndexes:
        - IndexName: due
          KeySchema:
            - { AttributeName: pk, KeyType: HASH }
            - { AttributeName: at, KeyType: RANGE }
          Projection: { ProjectionType: KEYS_ONLY }
      TimeToLiveSpecification: { AttributeName: ttl, Enabled: true }
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: work.fifo
      FifoQueue: true
      ContentBasedDeduplication: false
      DeduplicationScope: messageGroup
      FifoThroughputLimit: perMessageGroupId
      VisibilityTimeout: 60
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3 }
  Dead:
    Type: AWS::SQS::Queue
    Properties: { QueueName: dead.fifo, FifoQueue: true }
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub shop-${Stage}-worker
      CodeUri: functions/worker
      MemorySize: 256
      ReservedConcurrentExecutions: 4
      Role: !GetAtt Role.Arn
      Environment:
        Variables:
          OVERRIDDEN: here
          TABLE: !Ref Table
          QUEUE: !Ref Queue
          QUEUE_ARN: { "Fn::GetAtt": [Queue, Arn] }
          LONG: { "Fn::Sub": "${Greeting} from ${Table} in ${AWS::Region}, ${!kept}" }
          JOINED: !Join [":", [a, !Ref Greeting, 3]]
          ATTRIBUTE: !Sub "${Dead.QueueName}"
      Events:
        Call: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: post, Path: /call } }
        Look: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: GET, Path: /call } }
        Work:
          Type: SQS
          Properties:
            Queue: !GetAtt Queue.Arn
            BatchSize: 7
            FunctionResponseTypes: [ReportBatchItemFailures]
            ScalingConfig: { MaximumConcurrency: 12 }
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: work
          PolicyDocument:
            Statement:
              - Sid: Read
                Effect: Allow
                Action: [dynamodb:Query, dynamodb:GetItem]
                Resource: [!GetAtt Table.Arn, !Sub "${Table.Arn}/index/due"]
                Condition: { "ForAllValues:StringLike": { dynamodb:LeadingKeys: ["W#*"] } }
              - { Effect: Allow, Action: sqs:SendMessage, Resource: !GetAtt Dead.Arn }
"#;

fn surroundings() -> Surroundings {
    Surroundings { endpoint: "http://127.0.0.1:4566".to_owned(), ..Surroundings::default() }
}

fn parse(text: &str) -> Result<Template, TemplateError> {
    Template::parse(text, &surroundings())
}

/// What is said about the sample with `old` replaced by `new`.
fn complaint(old: &str, new: &str) -> String {
    let changed = SAMPLE.replacen(old, new, 1);
    assert_ne!(changed, SAMPLE, "nothing was replaced");
    parse(&changed).unwrap_err().to_string()
}

fn line_of(text: &str) -> usize {
    SAMPLE.lines().position(|line| line.contains(text)).unwrap() + 1
}

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

#[test]
fn a_value_for_a_parameter_that_does_not_exist_is_refused_by_name() {
    let parameters = BTreeMap::from([("Stgae".to_owned(), "live".to_owned())]);

    let error =
        Template::parse(SAMPLE, &Surroundings { parameters, ..surroundings() }).unwrap_err();

    assert_eq!(error.to_string(), "the template has no parameter Stgae");
}

#[test]
fn a_parameter_without_any_value_is_refused() {
    assert_eq!(
        complaint("{ Type: String, Default: hello }", "{ Type: String }"),
        "line 4, Greeting: the parameter has neither a default nor a value"
    );
}

#[test]
fn what_is_no_yaml_is_refused_with_its_line() {
    let error = parse("Resources:\n  Table: [\n").unwrap_err();

    assert!(matches!(error, TemplateError::Syntax { line: 2.., .. }), "{error}");
}

#[test]
fn a_fault_is_told_with_its_line_and_its_logical_id() {
    assert_eq!(
        complaint("BatchSize: 7", "BatchSize: 11"),
        format!(
            "line {}, Worker: a number from 1 to 10 is expected, not 11",
            line_of("BatchSize: 7")
        )
    );
}

#[test]
fn what_sqs_or_lambda_would_refuse_is_refused() {
    let refused = [
        (
            "DeduplicationScope: messageGroup",
            "DeduplicationScope: queue",
            "needs DeduplicationScope",
        ),
        ("      DeduplicationScope: messageGroup\n", "", "needs DeduplicationScope"),
        ("QueueName: work.fifo", "QueueName: work", "go together"),
        (
            "{ QueueName: dead.fifo, FifoQueue: true }",
            "{ QueueName: dead }",
            "dead letters of a FIFO queue are FIFO",
        ),
        ("VisibilityTimeout: 60", "VisibilityTimeout: 4", "may take 5 s"),
        ("maxReceiveCount: 3", "maxReceiveCount: 0", "from 1 to 1000"),
        ("MaximumConcurrency: 12", "MaximumConcurrency: 1", "from 2 to 1000"),
        ("    Timeout: 5", "    Timeout: 901", "from 1 to 900"),
        ("KeyType: RANGE", "KeyType: HASH", "one HASH"),
        ("AttributeName: at, KeyType", "AttributeName: when, KeyType", "AttributeDefinitions"),
        ("Method: GET", "Method: POST", "the route is there already"),
        ("!GetAtt Dead.Arn", "!GetAtt Deda.Arn", "a queue of this template"),
        ("Queue: !GetAtt Queue.Arn", "Queue: !GetAtt Table.Arn", "a queue of this template"),
        ("TABLE: !Ref Table", "TABLE: !Ref Tabel", "no Tabel"),
        ("AttributeType: N", "AttributeType: X", "S, N or B"),
        ("KEYS_ONLY", "SOME", "KEYS_ONLY or INCLUDE"),
        ("      CodeUri: functions/worker\n", "", "CodeUri is missing"),
    ];
    for (old, new, part) in refused {
        let complaint = complaint(old, new);
        assert!(complaint.contains(part), "{old} -> {new}: {complaint}");
    }
}

#[test]
fn what_the_local_run_would_leave_out_is_refused() {
    let refused = [
        (
            "Type: HttpApi, Properties: { ApiId: !Ref Api, Method: post",
            "Type: Schedule, Properties: { X: post",
            "events of type Schedule",
        ),
        (
            "Type: HttpApi, Properties: { ApiId: !Ref Api, Method: post",
            "Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 minutes), X: post",
            "rate(1 minute)",
        ),
        ("BatchSize: 7", "FilterCriteria: {}", "mappings have no FilterCriteria"),
        ("Path: /call } }\n        Look", "Path: \"/call/{id}\" } }\n        Look", "fixed paths"),
        ("Method: GET", "Method: any", "one method"),
        ("JOINED: !Join [\":\", [a, !Ref Greeting, 3]]", "JOINED: !Select [0, [a]]", "Fn::Select"),
        ("TABLE: !Ref Table", "TABLE: !Ref Role", "AWS::IAM::Role"),
        ("QueueName: work.fifo", "QueueName: !GetAtt Queue.QueueName", "in a circle"),
        ("Role: !GetAtt Role.Arn", "Role: !GetAtt Table.Arn", "a role of this template"),
        ("Effect: Allow", "Effect: Deny", "roles have no Effect"),
        ("StringLike", "StringEquals", "takes ForAllValues:StringLike alone"),
        ("dynamodb:LeadingKeys", "dynamodb:Attributes", "takes dynamodb:LeadingKeys alone"),
    ];
    for (old, new, part) in refused {
        let complaint = complaint(old, new);
        assert!(complaint.contains(part), "{old} -> {new}: {complaint}");
    }
}
