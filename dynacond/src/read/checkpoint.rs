//! Checkpoints: the position of each segment of a scan or a query, from which it can be resumed.
use std::fmt;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use base64_simd::URL_SAFE_NO_PAD as BASE64;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::read::cursor::{read_part, write_part};
use crate::read::fingerprint::Fingerprint;

/// The number of the text's format. It changes with the format.
const LAYOUT: u8 = 1;
const CHECKSUM: usize = 8;

/// The progress of a scan or a query, from which you can resume it after a stop or a crash.
///
/// A checkpoint has a position for each segment, up to which every item has its outcome. It also has a fingerprint of the scan: its
/// table, index, filter and item type. Pass it to [`resume`](crate::Query::resume) for the same scan with the same number of
/// segments.
///
/// A checkpoint converts to and from text with `Display` and `FromStr`, and serialises as that text. The text contains keys of items, and
/// is neither signed nor encrypted, so keep it where you keep your other data.
///
/// ```
/// use dynacond::{Checkpoint, CheckpointError};
///
/// assert_eq!("not one".parse::<Checkpoint>(), Err(CheckpointError::Malformed));
/// ```
#[derive(Clone, PartialEq)]
pub struct Checkpoint {
    pub(crate) fingerprint: Fingerprint,
    /// One position for each segment, in their order.
    pub(crate) segments: Vec<Position>,
}

/// The position of one segment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Position {
    /// No item is done.
    Beginning,
    /// Every item is done up to the one with these key attributes, which have the same order as in `Read::position`.
    After(Vec<AttributeValue>),
    /// Every item is done.
    End,
}

/// Why a checkpoint cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The text is not a checkpoint, or was cut short or changed.
    #[error("the checkpoint is malformed, because it was cut short or changed")]
    Malformed,
    /// The checkpoint came from another scan or query: another table, index, key condition, filter or item type.
    #[error(
        "the checkpoint belongs to another scan or query: its table, index, key condition, filter or item type differs"
    )]
    OtherScan,
    /// The checkpoint came from a scan with another number of segments, so its positions have no meaning here.
    #[error(
        "the checkpoint has {found} segments, but this scan has {expected}; use `.segments({found})`"
    )]
    OtherSegments {
        /// How many segments the scan has.
        expected: usize,
        /// How many segments the checkpoint has.
        found: usize,
    },
}

impl Checkpoint {
    /// The checkpoint of work on a list, which cannot be resumed. No read has its fingerprint.
    pub(crate) fn of_list() -> Self {
        Self {
            fingerprint: Fingerprint::of("a list"),
            segments: vec![Position::Beginning],
        }
    }

    /// Returns the number of segments; 1 for a query.
    #[must_use]
    pub const fn segments(&self) -> usize {
        self.segments.len()
    }

    /// Whether every segment is at its end, so that nothing is left to resume.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.segments
            .iter()
            .all(|position| *position == Position::End)
    }

    /// Returns the positions, if the checkpoint belongs to this read. `attributes` is the number of attributes of a position.
    pub(crate) fn positions(
        self,
        fingerprint: Fingerprint,
        segments: usize,
        attributes: usize,
    ) -> Result<Vec<Position>, CheckpointError> {
        let fits = |position: &Position| match position {
            Position::After(values) => values.len() == attributes,
            Position::Beginning | Position::End => true,
        };
        if self.fingerprint != fingerprint || !self.segments.iter().all(fits) {
            return Err(CheckpointError::OtherScan);
        }
        if self.segments.len() != segments {
            return Err(CheckpointError::OtherSegments {
                expected: segments,
                found: self.segments.len(),
            });
        }
        Ok(self.segments)
    }
}

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ended = |position: &&Position| **position == Position::End;
        let ended = self.segments.iter().filter(ended).count();
        write!(
            f,
            "Checkpoint({ended} of {} segments done)",
            self.segments.len()
        )
    }
}

/// Writes the format number, the fingerprint, each position, and a checksum that detects a text that was cut short.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![LAYOUT];
        bytes.extend(self.fingerprint.0);
        for position in &self.segments {
            match position {
                Position::Beginning => bytes.push(b'<'),
                Position::End => bytes.push(b'>'),
                Position::After(values) => {
                    bytes.push(b'=');
                    bytes.push(u8::try_from(values.len()).map_err(|_| fmt::Error)?);
                    for value in values {
                        write_part(&mut bytes, value).ok_or(fmt::Error)?;
                    }
                }
            }
        }
        bytes.extend(checksum(&bytes));
        f.write_str(&BASE64.encode_to_string(bytes))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        parse(text).ok_or(CheckpointError::Malformed)
    }
}

fn parse(text: &str) -> Option<Checkpoint> {
    let bytes = BASE64.decode_to_vec(text.trim()).ok()?;
    let (summed, sum) = bytes.split_last_chunk()?;
    if *sum != checksum(summed) {
        return None;
    }
    let [LAYOUT, body @ ..] = summed else {
        return None;
    };
    let (fingerprint, mut rest) = body.split_first_chunk()?;
    let mut segments = Vec::new();
    while let Some((mark, behind)) = rest.split_first() {
        rest = behind;
        segments.push(match mark {
            b'<' => Position::Beginning,
            b'>' => Position::End,
            b'=' => {
                let (count, behind) = rest.split_first()?;
                rest = behind;
                let values = (0..*count).map(|_| read_part(&mut rest));
                Position::After(values.collect::<Option<_>>()?)
            }
            _ => return None,
        });
    }
    Some(Checkpoint {
        fingerprint: Fingerprint(*fingerprint),
        segments,
    })
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut sum = [0; CHECKSUM];
    sum.copy_from_slice(&Sha256::digest(bytes)[..CHECKSUM]);
    sum
}

impl Serialize for Checkpoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Checkpoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            fingerprint: Fingerprint::of("a"),
            segments: vec![
                Position::Beginning,
                Position::After(vec![
                    AttributeValue::S("customer#ç1".to_owned()),
                    AttributeValue::N("12.5".to_owned()),
                ]),
                Position::End,
            ],
        }
    }

    #[test]
    fn a_text_gives_its_checkpoint_back() {
        assert_eq!(checkpoint().to_string().parse(), Ok(checkpoint()));
    }

    #[test]
    fn a_text_that_was_cut_short_or_changed_is_malformed() {
        let text = checkpoint().to_string();
        let malformed = Err(CheckpointError::Malformed);
        for end in 0..text.len() {
            assert_eq!(text[..end].parse::<Checkpoint>(), malformed, "cut at {end}");
        }
        let bytes = BASE64.decode_to_vec(&text).expect("base64");
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let changed = BASE64.encode_to_string(changed);
            assert_eq!(changed.parse::<Checkpoint>(), malformed, "byte {at}");
        }
    }

    #[test]
    fn another_scan_and_other_segments_refuse_the_checkpoint() {
        let own = Fingerprint::of("a");
        assert_eq!(
            checkpoint().positions(own, 3, 2).map(|found| found.len()),
            Ok(3)
        );
        assert_eq!(
            checkpoint().positions(Fingerprint::of("b"), 3, 2),
            Err(CheckpointError::OtherScan)
        );
        let (expected, found) = (4, 3);
        assert_eq!(
            checkpoint().positions(own, 4, 2),
            Err(CheckpointError::OtherSegments { expected, found })
        );
    }

    #[test]
    fn only_the_end_of_every_segment_is_the_end() {
        let mut checkpoint = checkpoint();
        assert!(!checkpoint.is_done());
        checkpoint.segments.fill(Position::End);
        assert!(checkpoint.is_done());
    }
}
