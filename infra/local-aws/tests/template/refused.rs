//! What is refused of a template, and in which words.

use std::collections::BTreeMap;

use mirt_local_aws::template::{Surroundings, Template, TemplateError};

use crate::sample::{SAMPLE, parse, surroundings};

/// What is said about the sample with `old` replaced by `new`.
fn complaint(old: &str, new: &str) -> String {
    let changed = SAMPLE.replacen(old, new, 1);
    assert_ne!(changed, SAMPLE, "nothing was replaced");
    parse(&changed).unwrap_err().to_string()
}

fn line_of(text: &str) -> usize {
    SAMPLE.lines().position(|line| line.contains(text)).unwrap() + 1
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
