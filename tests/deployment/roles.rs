//! What each function may do, action and resource: a role that is widened fails here until somebody
//! has said so. That no function needs more is shown by every black-box test, because the local
//! services hold each call against the role (`mirt_local_aws::permissions`).
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use mirt_local_aws::permissions::{Role, Statement};

use crate::template::{Whole, local, with};

/// Each function's statements, the functions by name, with the table, the queues and the
/// secrets by their names.
const MAY: &str = "
alarms
  secretsmanager:GetSecretValue on secretsmanager secret:mirt/dev/channels-??????
  logs:CreateLogStream logs:PutLogEvents on logs log-group:/aws/lambda/mirt-dev-alarms:*
dayreport
  dynamodb:PutItem dynamodb:Query on dynamodb table/mirt-dev, keys DAY#*
  secretsmanager:GetSecretValue on secretsmanager secret:mirt/dev/channels-??????
  logs:CreateLogStream logs:PutLogEvents on logs log-group:/aws/lambda/mirt-dev-dayreport:*
dialogue
  dynamodb:BatchGetItem dynamodb:BatchWriteItem dynamodb:ConditionCheckItem dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem on dynamodb table/mirt-dev
  sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage on sqs mirt-dev-inbound.fifo
  sqs:SendMessage on sqs mirt-dev-orders.fifo
  secretsmanager:GetSecretValue on secretsmanager secret:mirt/dev/channels-??????
  logs:CreateLogStream logs:PutLogEvents on logs log-group:/aws/lambda/mirt-dev-dialogue:*
followups
  dynamodb:Query on dynamodb table/mirt-dev/index/due
  sqs:SendMessage on sqs mirt-dev-inbound.fifo
  logs:CreateLogStream logs:PutLogEvents on logs log-group:/aws/lambda/mirt-dev-followups:*
orders
  dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem on dynamodb table/mirt-dev
  sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage on sqs mirt-dev-orders.fifo
  sqs:SendMessage on sqs mirt-dev-inbound.fifo
  secretsmanager:GetSecretValue on secretsmanager secret:-??????
  logs:CreateLogStream logs:PutLogEvents on logs log-group:/aws/lambda/mirt-dev-orders:*
summaries
  dynamodb:Query on dynamodb table/mirt-dev/index/due
  sqs:SendMessage on sqs mirt-dev-inbound.fifo
  logs:CreateLogStream logs:PutLogEvents on logs log-group:/aws/lambda/mirt-dev-summaries:*
sweeper
  dynamodb:Query on dynamodb table/mirt-dev/index/due
  sqs:SendMessage on sqs mirt-dev-inbound.fifo
  sqs:SendMessage on sqs mirt-dev-orders.fifo
  logs:CreateLogStream logs:PutLogEvents on logs log-group:/aws/lambda/mirt-dev-sweeper:*
telegram-fetch
  dynamodb:BatchWriteItem dynamodb:ConditionCheckItem dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem on dynamodb table/mirt-dev, keys T#*
  sqs:ChangeMessageVisibility sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage sqs:SendMessage on sqs mirt-dev-telegram-commands.fifo
  sqs:SendMessage on sqs mirt-dev-telegram-commands-dlq.fifo
  sqs:SendMessage on sqs mirt-dev-telegram-events.fifo
  secretsmanager:GetSecretValue secretsmanager:PutSecretValue on secretsmanager secret:mirt/dev/telegram-??????
  secretsmanager:GetSecretValue on secretsmanager secret:mirt/dev/channels-??????
  logs:CreateLogStream logs:PutLogEvents on logs log-group:/aws/lambda/mirt-dev-telegram-fetch:*
webhook
  dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem on dynamodb table/mirt-dev
  dynamodb:DeleteItem dynamodb:Query on dynamodb table/mirt-dev
  sqs:GetQueueAttributes sqs:SendMessage on sqs mirt-dev-inbound.fifo
  sqs:SendMessage on sqs mirt-dev-orders.fifo
  secretsmanager:GetSecretValue on secretsmanager secret:mirt/dev/webhooks-??????
  logs:CreateLogStream logs:PutLogEvents on logs log-group:/aws/lambda/mirt-dev-webhook:*
";

/// The functions whose traces X-Ray gets, by name.
const TRACED: [&str; 2] = ["dialogue", "webhook"];

/// What Lambda itself does with a queue, by the role of the function that it reads it for. Source:
/// Lambda developer guide, "Creating and configuring an Amazon SQS event source mapping".
const POLLER: [&str; 3] = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];

/// `sqs:SendMessage on sqs mirt-dev-inbound.fifo`, a line a resource.
fn lines(role: &Role) -> Vec<String> {
    role.statements.iter().flat_map(of_statement).collect()
}

fn of_statement(statement: &Statement) -> Vec<String> {
    let mut actions = statement.actions.clone();
    actions.sort_unstable();
    let keys = match statement.leading_keys.as_slice() {
        [] => String::new(),
        keys => format!(", keys {}", keys.join(" ")),
    };
    let resources = statement.resources.iter();
    resources.map(|arn| format!("{} on {}{keys}", actions.join(" "), short(arn))).collect()
}

/// `sqs mirt-dev-inbound.fifo`
fn short(arn: &str) -> String {
    if arn == "*" {
        return "everything".to_owned();
    }
    let mut parts = arn.splitn(6, ':').skip(2);
    let service = parts.next().unwrap_or_default();
    format!("{service} {}", parts.last().unwrap_or_default())
}

#[test]
fn each_function_may_do_this_and_no_more() {
    let mut functions = local().functions;
    functions.sort_by(|one, other| one.spec.name.cmp(&other.spec.name));

    let mut told = vec![String::new()];
    for function in &functions {
        told.push(function.spec.name.clone());
        told.extend(lines(&function.role).into_iter().map(|line| format!("  {line}")));
    }
    told.push(String::new());

    assert_eq!(told.join("\n"), MAY);
}

#[test]
fn with_traces_switched_on_the_functions_that_write_them_may_send_them_and_nothing_else_changes() {
    let traced = with(&[("Tracing", "xray")]).functions;

    let mut more = Vec::new();
    for (function, usual) in traced.iter().zip(local().functions) {
        let usual = lines(&usual.role);
        let new = lines(&function.role).into_iter().filter(|line| !usual.contains(line));
        more.extend(new.map(|line| format!("{}: {line}", function.spec.name)));
    }
    // X-Ray knows no resources.
    let send = "xray:PutTelemetryRecords xray:PutTraceSegments on everything";
    assert_eq!(more, TRACED.map(|function| format!("{function}: {send}")));
}

#[test]
fn no_role_of_a_function_names_everything() {
    for function in local().functions {
        for statement in &function.role.statements {
            for action in &statement.actions {
                assert!(!action.contains(['*', '?']), "{}: {action}", function.spec.name);
            }
            for resource in &statement.resources {
                // A log group's streams, and the letters that Secrets Manager adds to a name.
                let exact = resource.trim_end_matches(":*").trim_end_matches("-??????");
                assert!(!exact.contains(['*', '?']), "{}: {resource}", function.spec.name);
            }
        }
    }
}

#[test]
fn each_function_has_a_role_and_a_log_of_its_own_which_nobody_else_writes() {
    let whole = Whole::read();
    let functions = whole.of_type("AWS::Serverless::Function");

    for function in local().functions {
        let logs: Vec<_> =
            lines(&function.role).into_iter().filter(|line| line.contains("logs:")).collect();
        let own = format!("log-group:/aws/lambda/{}:*", function.spec.function_name);
        assert_eq!(logs, [format!("logs:CreateLogStream logs:PutLogEvents on logs {own}")]);
    }
    // One for each function, and CodeDeploy's.
    assert_eq!(whole.of_type("AWS::IAM::Role").len(), functions.len() + 1);
}

#[test]
fn lambda_can_read_each_queue_for_the_function_that_it_is_mapped_to() {
    let template = local();

    for mapping in &template.mappings {
        let function = template.functions.iter().find(|it| it.spec.name == mapping.function);
        let statements = &function.unwrap().role.statements;
        for action in POLLER {
            let may = statements.iter().any(|statement| {
                statement.actions.iter().any(|own| own == action)
                    && statement.resources.iter().any(|arn| arn.ends_with(&mapping.queue))
            });
            assert!(may, "{} needs {action}", mapping.function);
        }
    }
}

#[test]
fn what_is_kept_is_encrypted_and_expires() {
    let whole = Whole::read();

    for (id, queue) in whole.of_type("AWS::SQS::Queue") {
        assert_eq!(queue["SqsManagedSseEnabled"], true, "{id}");
        assert!(queue["MessageRetentionPeriod"].is_u64(), "{id}");
    }
    for (id, table) in whole.of_type("AWS::DynamoDB::Table") {
        assert_eq!(table["SSESpecification"]["SSEEnabled"], true, "{id}");
        let recovery = &table["PointInTimeRecoverySpecification"];
        assert_eq!(recovery["PointInTimeRecoveryEnabled"], true, "{id}");
    }
    for (id, logs) in whole.of_type("AWS::Logs::LogGroup") {
        assert_eq!(logs["RetentionInDays"], "30", "{id}");
    }
    // It outlives the stack; the empty one of a first deployment that failed must not, or its name is taken.
    let table = &whole.section("Resources")["Table"];
    assert_eq!(table["DeletionPolicy"], "RetainExceptOnCreate");
    assert_eq!(table["UpdateReplacePolicy"], "Retain");
}

#[test]
fn every_parameter_has_a_default_a_check_and_a_help_text() {
    for (name, parameter) in Whole::read().section("Parameters").as_object().unwrap() {
        assert!(parameter.get("Default").is_some(), "{name} has no default");
        let help = parameter["Description"].as_str().unwrap_or_default();
        assert!(help.len() > 20 && help.ends_with('.'), "{name} has no help text");
        let is_free = ["SitniksAiManagerName"].contains(&name.as_str());
        let checks = ["AllowedPattern", "AllowedValues", "MinValue"];
        let is_checked = checks.iter().any(|check| parameter.get(check).is_some());
        assert!(is_free || is_checked, "{name} takes anything");
    }
}
