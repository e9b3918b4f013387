//! The service over a socket: what a client sees.
use dynacond::Store;
use dynacond_example_http::{Order, routes};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

struct Answer {
    status: u16,
    etag: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

struct Client(std::net::SocketAddr);

impl Client {
    async fn send(&self, head: &str, headers: &str, body: &str) -> Answer {
        let mut socket = TcpStream::connect(self.0).await.expect("a socket");
        let length = body.len();
        let request = format!(
            "{head} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        socket.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let etag = head.lines().find_map(|line| line.strip_prefix("etag: "));
        Answer {
            status: head[9..12].parse().expect("a status"),
            etag: etag.unwrap_or_default().to_owned(),
            body: body.to_owned(),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(&format!("GET {path}"), "", "").await
    }

    async fn put(&self, id: &str, if_match: &str, shipped: bool) -> Answer {
        self.put_of("c1", id, if_match, shipped).await
    }

    async fn put_of(&self, customer: &str, id: &str, if_match: &str, shipped: bool) -> Answer {
        let headers = match if_match {
            "" => String::new(),
            tag => format!("If-Match: {tag}\r\n"),
        };
        let body = json!({ "ship_to": "Lyon", "shipped": shipped }).to_string();
        let head = format!("PUT /customers/{customer}/orders/{id}");
        self.send(&head, &headers, &body).await
    }
}

async fn service() -> Client {
    let client = dynacond_local::client_from_env().expect("a database");
    let store = Store::builder(client)
        .cursor_keys(["the key of this test"])
        .build();
    dynacond_local::create_table::<Order>(&store)
        .await
        .expect("a table");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, routes(store)).await });
    Client(address)
}

#[tokio::test]
async fn a_stale_page_does_not_overwrite_what_was_saved_since() {
    let client = service().await;
    let created = client.put("1", "", false).await;
    assert_eq!(created.status, 201);
    assert_eq!(client.put("1", "", false).await.status, 409);
    let read = client.get("/customers/c1/orders/1").await;
    assert_eq!((read.status, &read.etag), (200, &created.etag));
    let changed = client.put("1", &read.etag, true).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.etag, read.etag);
    assert_eq!(client.put("1", &read.etag, false).await.status, 412);
    let after = client.get("/customers/c1/orders/1").await;
    assert_eq!(after.json()["shipped"], json!(true));
    assert_eq!(client.put("1", "\"yesterday!\"", true).await.status, 400);
    assert_eq!(client.put("2", &read.etag, true).await.status, 404);
    assert_eq!(client.get("/customers/c1/orders/2").await.status, 404);
}

#[tokio::test]
async fn the_next_link_leads_through_the_list_to_its_end() {
    let client = service().await;
    for id in 1..=7 {
        client.put(&id.to_string(), "", id % 3 == 0).await;
    }
    let mut next = "/customers/c1/orders?size=2&shipped=false".to_owned();
    let mut pages = Vec::new();
    loop {
        let page = client.get(&next).await.json();
        let ids = page["items"].as_array().expect("items").iter();
        let ids: Vec<_> = ids.map(|line| line["id"].clone()).collect();
        pages.push(ids);
        match page["next"].as_str() {
            Some(link) => link.clone_into(&mut next),
            None => break,
        }
    }
    assert_eq!(json!(pages), json!([["1", "2"], ["4", "5"], ["7"]]));
}

#[tokio::test]
async fn the_next_link_of_a_customer_whose_name_is_encoded_leads_on() {
    let client = service().await;
    let customer = "Ada%20%26%20Co%2FLyon%3F";
    for id in ["1", "2"] {
        assert_eq!(client.put_of(customer, id, "", false).await.status, 201);
    }
    let first = format!("/customers/{customer}/orders?size=1");
    let page = client.get(&first).await.json();
    assert_eq!(page["items"][0]["id"], json!("1"));
    let link = page["next"].as_str().expect("a next link");
    let last = client.get(link).await.json();
    assert_eq!(last["items"][0]["id"], json!("2"));
    assert!(last["next"].is_null());
}

#[tokio::test]
async fn a_cursor_of_another_list_is_a_bad_request() {
    let client = service().await;
    for id in 1..=3 {
        client.put(&id.to_string(), "", false).await;
    }
    let page = client.get("/customers/c1/orders?size=1").await.json();
    let link = page["next"].as_str().expect("a next link");
    assert_eq!(client.get(link).await.status, 200);
    let foreign = link.replace("c1", "c2");
    assert_eq!(client.get(&foreign).await.status, 400);
    let filtered = format!("{link}&shipped=true");
    assert_eq!(client.get(&filtered).await.status, 400);
    let forged = format!("{}A{}", &link[..link.len() - 9], &link[link.len() - 8..]);
    assert_ne!(forged, link);
    assert_eq!(client.get(&forged).await.status, 400);
    let malformed = "/customers/c1/orders?next=abc";
    assert_eq!(client.get(malformed).await.status, 400);
    assert_eq!(client.get("/customers/c1/orders?size=0").await.status, 400);
}
