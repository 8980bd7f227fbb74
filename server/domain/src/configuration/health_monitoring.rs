//! Health monitoring: what of the machine's resources may be used before an alert is sent.

use serde::Serialize;
use serde_json::Value;

use super::{
    declare::object,
    reader::{Body, Number, Read, Reader},
};

object! {
    /// The limits.
    pub HealthMonitoring {
        /// The part of the disk that may be full, in percent.
        maximum_disk_utilization_ratio: u8 [1..=100],
        /// The load average over one minute; `None`: any.
        maximum_load1: Option<Load>,
        /// The load average over fifteen minutes; `None`: any.
        maximum_load15: Option<Load>,
        /// The load average over five minutes; `None`: any.
        maximum_load5: Option<Load>,
        /// The part of the swap that may be used, in percent.
        maximum_swap_utilization_ratio: u8 [1..=100],
    }
}

impl Default for HealthMonitoring {
    fn default() -> Self {
        Self {
            maximum_disk_utilization_ratio: 80,
            maximum_load1: None,
            maximum_load15: None,
            maximum_load5: None,
            maximum_swap_utilization_ratio: 70,
        }
    }
}

impl Body for HealthMonitoring {}

/// A load average: greater than zero.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Load(Number);

impl Load {
    /// The number.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        self.0.0.as_f64().unwrap_or(f64::INFINITY)
    }
}

impl Read for Load {
    fn read(value: &Value, reader: &mut Reader) -> Option<Self> {
        let load = Self(Number::read(value, reader)?);
        if load.as_f64() > 0.0 && load.as_f64().is_finite() {
            return Some(load);
        }
        reader.refuse("must be greater than 0");
        None
    }
}
