//! The dashboard: it holds every part of the whole, and shows what the alarms look at.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    alarms::Alarm,
    template::{Named, Whole},
};

/// The columns of a dashboard. Source: CloudWatch API, "Dashboard body structure and syntax".
const COLUMNS: u64 = 24;

/// The rows that one screen shows.
const ROWS: u64 = 24;

/// What the managers' and operators' questions are about.
const WANTED: [&str; 10] = [
    "Alarms (telegram-silence stands with its metric below)",
    "Traffic",
    "Latency of an answer",
    "Where the time goes, p95",
    "Quality",
    "Errors",
    "Money",
    "Queues",
    "Dead letters, hand-overs",
    "Telegram's history",
];

fn widgets() -> Vec<Value> {
    let dashboards = Whole::read().of_type("AWS::CloudWatch::Dashboard");
    let dashboard = dashboards.values().next().unwrap();
    assert_eq!(dashboard["DashboardName"], "mirt-dev");
    let body: Value = serde_json::from_str(dashboard["DashboardBody"].as_str().unwrap()).unwrap();
    body["widgets"].as_array().unwrap().clone()
}

/// All metrics that a widget shows.
pub(crate) fn shown() -> BTreeSet<Named> {
    let rows = widgets();
    let rows = rows.iter().flat_map(|widget| widget["properties"]["metrics"].as_array()).flatten();
    let rows = rows.filter_map(|row| row.as_array());
    rows.filter_map(|row| {
        let mut texts = row.iter().map_while(Value::as_str).map(str::to_owned);
        let (namespace, name) = (texts.next()?, texts.next()?);
        let rest: Vec<_> = texts.collect();
        let dimensions: BTreeMap<_, _> =
            rest.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
        Some(Named { namespace, name, dimensions })
    })
    .collect()
}

#[test]
fn the_whole_is_on_one_screen_and_no_widget_covers_another() {
    let widgets = widgets();

    let titles: Vec<_> =
        widgets.iter().map(|w| w["properties"]["title"].as_str().unwrap()).collect();
    assert_eq!(titles, WANTED);
    let mut taken = BTreeSet::new();
    for widget in &widgets {
        let [x, y, width, height] =
            ["x", "y", "width", "height"].map(|name| widget[name].as_u64().unwrap());
        assert!(x + width <= COLUMNS && y + height <= ROWS, "{widget}");
        for row in y..y + height {
            for column in x..x + width {
                assert!(taken.insert((row, column)), "{widget}");
            }
        }
    }
}

#[test]
fn every_alarm_that_is_always_there_stands_on_it() {
    let widgets = widgets();

    let listed = widgets[0]["properties"]["alarms"].as_array().unwrap().iter();
    let listed: BTreeSet<_> = listed.map(|alarm| alarm.as_str().unwrap().to_owned()).collect();
    let alarms = Alarm::all().into_iter().filter(|alarm| alarm.subject != "telegram-silence");
    let alarms: BTreeSet<_> = alarms.map(|alarm| format!("mirt-dev-{}", alarm.subject)).collect();
    assert_eq!(listed, alarms);
}

#[test]
fn what_our_own_metrics_alarm_of_is_shown() {
    let shown = shown();

    let names: BTreeSet<_> = shown.iter().map(|metric| metric.name.as_str()).collect();
    for alarm in Alarm::all() {
        for (metric, _) in alarm.looks_at.values() {
            let is_own = metric.namespace.starts_with("MIRT/");
            // A login that is refused and what digests cost are told by the alarm and by the runbook.
            let is_rare = ["AuthFailures", "DigestMicroUsd"].contains(&metric.name.as_str());
            assert!(!is_own || is_rare || names.contains(metric.name.as_str()), "{metric:?}");
        }
    }
}

#[test]
fn latency_stands_beside_its_objectives() {
    let widgets = widgets();

    let lines = |title: &str| -> Vec<u64> {
        let widget = widgets.iter().find(|w| w["properties"]["title"] == title).unwrap();
        let lines = &widget["properties"]["annotations"]["horizontal"];
        lines.as_array().unwrap().iter().map(|line| line["value"].as_u64().unwrap()).collect()
    };
    assert_eq!(lines("Latency of an answer"), [10_000, 18_000, 35_000]);
    assert_eq!(lines("Where the time goes, p95"), [1_000, 5_000]);
}
