//! What scans and bulk work hold in memory: a page for each segment, however large the table is. Counted by the allocator of
//! the thread; the table is an endpoint that makes up each page when it is asked for it.
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::{HttpRequest, HttpResponse};
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Config, Credentials, IdentityCache, Region, StalledStreamProtectionConfig,
};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use dynacond::{Store, Versioned};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "blobs")]
struct Blob {
    #[dynacond(partition_key)]
    n: u64,
    text: String,
    seen: bool,
}

/// A page: 200 KB.
const ITEMS: u64 = 20;
const TEXT: usize = 10_000;

/// A table of so many pages in each segment.
#[derive(Clone, Debug)]
struct Endless {
    pages: u64,
}

impl Endless {
    fn store(self) -> Store {
        let connector = SharedHttpConnector::new(self);
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("a", "b", None, None, "test"))
            .identity_cache(IdentityCache::no_cache())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .http_client(http_client_fn(move |_, _| connector.clone()));
        Store::new(Client::from_conf(config.build()))
    }

    fn answer(&self, request: &Value) -> Value {
        let blob = |n: u64, version: u64, seen: bool| {
            json!({
                "n": { "N": n.to_string() },
                "text": { "S": "x".repeat(TEXT) },
                "seen": { "BOOL": seen },
                "item_version": { "N": version.to_string() },
                "item_write_id": { "S": "0123456789abcdef0123456789abcdef" },
            })
        };
        let number = |value: &Value| value["n"]["N"].as_str().and_then(|n| n.parse::<u64>().ok());
        if let Some(n) = number(&request["Key"]) {
            return json!({ "Attributes": blob(n, 2, true) });
        }
        let segment = request["Segment"].as_u64().unwrap_or(0) * 1_000_000;
        let first = number(&request["ExclusiveStartKey"]).map_or(segment, |n| n + 1);
        let items: Vec<_> = (first..first + ITEMS).map(|n| blob(n, 1, false)).collect();
        let mut page = json!({ "Count": ITEMS, "ScannedCount": ITEMS, "Items": items });
        let last = first + ITEMS - 1;
        if last + 1 - segment < self.pages * ITEMS {
            page["LastEvaluatedKey"] = json!({ "n": { "N": last.to_string() } });
        }
        page
    }
}

impl HttpConnector for Endless {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = request.body().bytes().expect("a whole body");
        let request = serde_json::from_slice(body).expect("JSON");
        let body = self.answer(&request).to_string().into();
        let status = 200.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, body)))
    }
}

/// The most bytes in use at a time while so many pages, and five times as many, are walked.
fn peaks(of: impl Fn(&Runtime, &Store, u64)) -> [u64; 2] {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    [4, 20].map(|pages| {
        let store = Endless { pages }.store();
        // What is made once, such as the endpoint's rules, is no part of it.
        runtime
            .block_on(store.scan::<Blob>().first().send())
            .unwrap();
        allocation_counter::measure(|| of(&runtime, &store, pages * ITEMS)).bytes_max
    })
}

#[track_caller]
fn assert_bounded([small, large]: [u64; 2], pages: u64) {
    assert!(
        large * 10 <= small * 11,
        "{small} bytes for 4 pages, {large} for 20"
    );
    // A page is there as text, as values and as structs at times.
    assert!(large <= pages * 8 * 200_000, "{large} bytes");
}

#[test]
fn a_stream_holds_one_page_whatever_the_tables_size() {
    let peaks = peaks(|runtime, store, items| {
        let read = runtime.block_on(async {
            let mut stream = store.scan::<Blob>().stream();
            let mut read = 0;
            while let Some(blob) = stream.next().await {
                blob.unwrap();
                read += 1;
            }
            read
        });
        assert_eq!(read, items);
    });
    assert_bounded(peaks, 1);
}

#[test]
fn bulk_work_holds_one_page_for_each_segment_whatever_the_tables_size() {
    for segments in [1, 4] {
        for changes in [false, true] {
            let peaks = peaks(|runtime, store, items| {
                let work = store.scan::<Blob>().segments(segments);
                let work = work.modify_each(|blob| blob.seen = changes);
                let report = runtime.block_on(work.send()).unwrap();
                let all = usize::try_from(items).unwrap() * segments;
                let handled = if changes {
                    report.changed
                } else {
                    report.unchanged
                };
                assert_eq!((handled, report.examined), (all, all));
            });
            assert_bounded(peaks, segments as u64);
        }
    }
}
