//! Cursors: the position where a query or a scan continues.
use std::fmt;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64_simd::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::read::fingerprint::Fingerprint;

/// The number of the token's format. It changes with the format.
const LAYOUT: u8 = 1;
const SIGNATURE: usize = 32;

/// The position right after an item, where a read continues. A cursor only works with the read that it came from.
///
/// Within the process, pass the cursor to [`after`](crate::Query::after). For a URL, [`token`](Self::token) turns it into a text. A
/// cursor contains the key attributes of one item, both those of the table and those of the index that is read.
#[derive(Clone, PartialEq)]
pub struct Cursor {
    pub(crate) fingerprint: Fingerprint,
    /// Key attributes, in the same order as in `Read::position`.
    pub(crate) position: Vec<AttributeValue>,
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cursor")
    }
}

/// Why a cursor cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CursorError {
    /// The text is not a token that dynacond made.
    #[error("the text is not a cursor that dynacond made")]
    Malformed,
    /// The token was not signed with one of the store's cursor keys, or somebody changed it.
    #[error(
        "the cursor was not signed with a key of this store: it was changed, or its key is no longer in use"
    )]
    Forged,
    /// The cursor came from another query: the table, index, key condition, filter, projection, direction, item type, or the value of
    /// `bound_to` differs.
    #[error("the cursor belongs to another query, so it cannot be used here")]
    OtherQuery,
    /// The store has no keys to sign cursors with.
    #[error("the store has no cursor keys; set them with `Store::builder(..).cursor_keys([..])`")]
    NoKey,
    /// One of the store's cursor keys has fewer than 16 bytes, so that others could guess it.
    #[error("a cursor key of the store has fewer than {LEAST_KEY} bytes; use 32 random bytes")]
    ShortKey,
}

/// The fewest bytes of a key. A shorter key could be guessed.
const LEAST_KEY: usize = 16;

/// The store's keys: the first key signs, and all keys verify.
#[derive(Clone, Default)]
pub(crate) struct CursorKeys {
    keys: Vec<Hmac<Sha256>>,
    /// Whether one of the keys is too short.
    short: bool,
}

impl CursorKeys {
    pub(crate) fn new(keys: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let mut own = Self::default();
        for key in keys {
            let key = key.as_ref();
            own.short |= (1..LEAST_KEY).contains(&key.len());
            if !key.is_empty() {
                // HMAC accepts keys of any length, so this does not fail.
                own.keys.extend(Hmac::new_from_slice(key).ok());
            }
        }
        own
    }

    /// Returns the keys, if all of them are long enough.
    fn usable(&self) -> Result<&[Hmac<Sha256>], CursorError> {
        match &*self.keys {
            _ if self.short => Err(CursorError::ShortKey),
            [] => Err(CursorError::NoKey),
            keys => Ok(keys),
        }
    }

    /// Returns the cursor as text: format number, fingerprint, position and signature.
    pub(crate) fn sign(&self, cursor: &Cursor) -> Result<String, CursorError> {
        let mut key = self.usable()?.first().ok_or(CursorError::NoKey)?.clone();
        let mut token = vec![LAYOUT];
        token.extend(cursor.fingerprint.0);
        for value in &cursor.position {
            write_part(&mut token, value).ok_or(CursorError::Malformed)?;
        }
        key.update(&token);
        token.extend(key.finalize().into_bytes());
        Ok(BASE64.encode_to_string(token))
    }

    /// Returns the cursor in a token of this store. `Cursor::position` later checks that the cursor belongs to the read.
    pub(crate) fn verify(&self, text: &str) -> Result<Cursor, CursorError> {
        let keys = self.usable()?;
        let token = BASE64
            .decode_to_vec(text)
            .map_err(|_| CursorError::Malformed)?;
        let signed = token
            .len()
            .checked_sub(SIGNATURE)
            .ok_or(CursorError::Malformed)?;
        let (signed, signature) = token.split_at(signed);
        let [LAYOUT, body @ ..] = signed else {
            return Err(CursorError::Malformed);
        };
        let ours = |key: &Hmac<Sha256>| {
            let mut key = key.clone();
            key.update(signed);
            key.verify_slice(signature).is_ok()
        };
        if !keys.iter().any(ours) {
            return Err(CursorError::Forged);
        }
        let (fingerprint, mut rest) = body.split_first_chunk().ok_or(CursorError::Malformed)?;
        let mut position = Vec::new();
        while !rest.is_empty() {
            position.push(read_part(&mut rest).ok_or(CursorError::Malformed)?);
        }
        Ok(Cursor {
            fingerprint: Fingerprint(*fingerprint),
            position,
        })
    }
}

impl fmt::Debug for CursorKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CursorKeys({})", self.keys.len())
    }
}

impl Cursor {
    /// Returns the position, if the cursor belongs to this read. `attributes` is the number of attributes of a position.
    pub(crate) fn position(
        self,
        fingerprint: Fingerprint,
        attributes: usize,
    ) -> Result<Vec<AttributeValue>, CursorError> {
        if self.fingerprint != fingerprint || self.position.len() != attributes {
            return Err(CursorError::OtherQuery);
        }
        Ok(self.position)
    }
}

/// Appends a key attribute: its type, its length in two bytes (a key has at most 2,048 bytes), and its value.
pub(super) fn write_part(token: &mut Vec<u8>, value: &AttributeValue) -> Option<()> {
    let (kind, bytes) = match value {
        AttributeValue::S(text) => (b'S', text.as_bytes()),
        AttributeValue::N(number) => (b'N', number.as_bytes()),
        AttributeValue::B(blob) => (b'B', blob.as_ref()),
        _ => return None,
    };
    token.push(kind);
    token.extend(u16::try_from(bytes.len()).ok()?.to_be_bytes());
    token.extend(bytes);
    Some(())
}

pub(super) fn read_part(token: &mut &[u8]) -> Option<AttributeValue> {
    let (&[kind, high, low], rest) = token.split_first_chunk()?;
    let (bytes, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes([high, low])))?;
    *token = rest;
    let text = || String::from_utf8(bytes.to_vec()).ok();
    Some(match kind {
        b'S' => AttributeValue::S(text()?),
        b'N' => AttributeValue::N(text()?),
        b'B' => AttributeValue::B(Blob::new(bytes)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> Cursor {
        Cursor {
            fingerprint: Fingerprint::of("a"),
            position: vec![
                AttributeValue::S("customer#ç1".to_owned()),
                AttributeValue::N("12.5".to_owned()),
                AttributeValue::B(Blob::new([0, 255, 7])),
            ],
        }
    }

    fn signed() -> (CursorKeys, Cursor, String) {
        let (keys, cursor) = (CursorKeys::new(["a secret of 32 random bytes"]), cursor());
        let token = keys.sign(&cursor).expect("signed");
        (keys, cursor, token)
    }

    #[test]
    fn a_token_gives_its_cursor_back() {
        let (keys, cursor, token) = signed();
        assert_eq!(keys.verify(&token), Ok(cursor));
        assert!(
            token
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
    }

    #[test]
    fn a_rotated_key_verifies_until_it_is_dropped() {
        let cursor = cursor();
        let [old, new] = ["the old 32 random bytes", "the new 32 random bytes"];
        let token = CursorKeys::new([old]).sign(&cursor).expect("signed");
        assert_eq!(CursorKeys::new([new, old]).verify(&token), Ok(cursor));
        assert_eq!(
            CursorKeys::new([new]).verify(&token),
            Err(CursorError::Forged)
        );
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let (keys, _, token) = signed();
        let bytes = BASE64.decode_to_vec(&token).expect("base64");
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let verdict = keys.verify(&BASE64.encode_to_string(changed));
            assert!(
                matches!(verdict, Err(CursorError::Forged | CursorError::Malformed)),
                "byte {at}"
            );
        }
        for end in 0..token.len() {
            assert!(keys.verify(&token[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn another_read_refuses_the_cursor() {
        let position =
            |of: &str, attributes: usize| cursor().position(Fingerprint::of(of), attributes);
        assert!(position("a", 3).is_ok());
        assert_eq!(position("b", 3), Err(CursorError::OtherQuery));
        assert_eq!(position("a", 2), Err(CursorError::OtherQuery));
    }

    #[test]
    fn without_a_key_nothing_is_signed_and_nothing_believed() {
        let (none, (_, cursor, token)) = (CursorKeys::default(), signed());
        assert_eq!(none.sign(&cursor), Err(CursorError::NoKey));
        // With an empty key, everybody could sign.
        assert_eq!(CursorKeys::new([""]).sign(&cursor), Err(CursorError::NoKey));
        assert_eq!(none.verify(&token), Err(CursorError::NoKey));
    }

    #[test]
    fn a_key_that_is_too_short_to_be_safe_neither_signs_nor_verifies() {
        let (_, cursor, token) = signed();
        let long = [7; 32].as_slice();
        for keys in [vec![&long[..15]], vec![long, &long[..1]]] {
            let keys = CursorKeys::new(keys);
            assert_eq!(keys.sign(&cursor), Err(CursorError::ShortKey));
            assert_eq!(keys.verify(&token), Err(CursorError::ShortKey));
        }
        let sixteen = CursorKeys::new([&long[..16]]);
        assert!(sixteen.sign(&cursor).is_ok());
    }
}
