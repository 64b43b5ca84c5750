//! The functions: this program again, started as one of them.
//!
//! The obedient one is the public Rust runtime (`lambda_runtime`) around a handler that does what
//! its event says.

use std::{
    env,
    io::{Read as _, Write as _},
    net::TcpStream,
    thread,
    time::Duration,
};

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::{Value, json};

use crate::stage::{PART, PATIENCE, PID_FILE, invoke, lambda, on_a_runtime, pid_of, spec};

/// The entry of a child process; as a test of its own it has nothing to do.
#[test]
#[ignore = "started by the other tests as a child process"]
fn child_process() {
    let Ok(part) = env::var(PART) else { return };
    match part.as_str() {
        "obedient" => obedient_function(),
        "never_asks" => thread::sleep(PATIENCE),
        "gives_up" => report_init_error(),
        "deaf" => deaf_function(),
        "supervisor" => supervisor(),
        part => unreachable!("no child plays {part}"),
    }
}

/// Does what its event says, and ends when its standard input does.
fn obedient_function() {
    thread::spawn(|| {
        std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
        std::process::exit(0);
    });
    on_a_runtime(lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        match event.payload["do"].as_str() {
            Some("fail") => Err(lambda_runtime::Error::from("as told")),
            Some("crash") => std::process::exit(3),
            Some("hang") => std::future::pending().await,
            Some("overflow") => Ok(json!("x".repeat(7 << 20))),
            Some("nap") => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                Ok(json!({ "pid": std::process::id() }))
            }
            _ => Ok(json!({
                "pid": std::process::id(),
                "echo": event.payload,
                "request_id": event.context.request_id,
                "arn": event.context.invoked_function_arn,
                "trace": event.context.xray_trace_id,
                "deadline": event.context.deadline,
                "name": event.context.env_config.function_name,
                "memory": event.context.env_config.memory,
                "version": event.context.env_config.version,
                "handler": env::var("_HANDLER").ok(),
                "region": env::var("AWS_REGION").ok(),
            })),
        }
    })))
    .unwrap();
}

/// Tells Lambda that it cannot start, as a runtime does, and ends.
fn report_init_error() {
    let address = env::var("AWS_LAMBDA_RUNTIME_API").unwrap();
    let body = r#"{"errorType":"Setting.Missing","errorMessage":"MIRT_TABLE is not set"}"#;
    let mut api = TcpStream::connect(address).unwrap();
    write!(
        api,
        "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nhost: lambda\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    api.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
}

/// Asks for an event, and then neither hears that its supervisor is gone nor minds.
fn deaf_function() {
    std::fs::write(env::var(PID_FILE).unwrap(), std::process::id().to_string()).unwrap();
    let mut api = TcpStream::connect(env::var("AWS_LAMBDA_RUNTIME_API").unwrap()).unwrap();
    write!(api, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: lambda\r\n\r\n")
        .unwrap();
    thread::sleep(PATIENCE * 2);
}

/// Starts a function, says its process id, and waits to be killed.
fn supervisor() {
    on_a_runtime(async {
        let lambda = lambda([spec("obedient", 1)]);
        let pid = pid_of(&invoke(&lambda, json!({})).await.unwrap());
        std::io::stdout().write_all(format!("child {pid}\n").as_bytes()).unwrap();
        std::future::pending::<()>().await;
    });
}
