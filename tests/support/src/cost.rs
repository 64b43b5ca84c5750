//! What DynamoDB would bill, and what processes take.

use mirt_local_aws::endpoint::Endpoint;

/// Halves of the write units that were used so far.
pub fn written_half_units(endpoint: &Endpoint) -> u64 {
    let is_read =
        |operation: &str| ["GetItem", "Query"].iter().any(|read| operation.ends_with(read));
    endpoint
        .capacity()
        .snapshot()
        .into_iter()
        .filter(|(operation, _)| !is_read(operation))
        .map(|(_, units)| units.0)
        .sum()
}

/// The peak of the resident memory of this process's children, in KB, as Linux counts it; none on
/// other systems.
pub fn peak_memory_of_children() -> Option<u64> {
    let parent = format!("PPid:\t{}", std::process::id());
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|process| std::fs::read_to_string(process.path().join("status")).ok())
        .filter(|status| status.contains(&parent))
        .filter_map(|status| {
            let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        })
        .max()
}
