//! Values that serde cannot write are a separate error, not a refusal, and nothing is sent.
use dynacond::{Error, Versioned};
use serde::{Deserialize, Serialize, Serializer};

use super::support::{refused, watched};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "sensors")]
struct Sensor {
    #[dynacond(partition_key)]
    id: String,
    #[dynacond(stored_as = "N")]
    reading: Reading,
}

/// It serialises while it is calibrated.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Reading(i64);

impl Serialize for Reading {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 == 4_711 {
            return Err(serde::ser::Error::custom("not calibrated"));
        }
        serializer.serialize_i64(self.0)
    }
}

fn sensor(reading: i64) -> Sensor {
    Sensor {
        id: "s1".into(),
        reading: Reading(reading),
    }
}

#[tokio::test]
async fn a_value_that_cannot_be_serialised_is_neither_a_refusal_nor_sent() {
    let shop = watched::<Sensor>().await;
    let stored = shop.quiet.create(sensor(1)).send().await.unwrap();
    let mut broken = stored.clone();
    broken.reading = Reading(4_711);
    let store = &shop.store;
    let key = Sensor::key("s1");
    for (error, verb) in [
        (refused(store.create(sensor(4_711)).send().await), "create"),
        (refused(store.save(broken.clone()).send().await), "save"),
        (refused(store.replace(broken).send().await), "replace"),
        (
            refused(store.put(sensor(4_711)).unconditional().send().await),
            "put",
        ),
        (
            refused(store.update(&key).or_create(sensor(4_711)).send().await),
            "or_create",
        ),
    ] {
        let Error::Encode { item_type, .. } = &error else {
            panic!("{verb}: {error}");
        };
        assert_eq!(*item_type, "Sensor");
        assert!(!error.is_refusal() && !error.is_outcome_unknown());
        // Its own words may quote the value.
        let text = format!("{error} {error:?}");
        assert!(text.contains("could not be serialised"), "{text}");
        assert!(!text.contains("calibrated"), "{text}");
    }
    assert!(shop.local.operations().is_empty());
    // A real refusal is another matter.
    let error = refused(store.create(sensor(2)).send().await);
    assert!(matches!(error, Error::AlreadyExists(_)), "{error}");
}
