//! `cargo run -p dynacond-example-http` serves orders on port 3000, from an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…`
//! from that endpoint.
use dynacond::Store;
use dynacond_example_http::{Order, routes};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // 32 random bytes from the service's secrets; a new key goes before the old one.
    let keys = ["only for this example"];
    let client = dynacond_local::client_from_env()?;
    let store = Store::builder(client).cursor_keys(keys).build();
    dynacond_local::create_table::<Order>(&store).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, routes(store)).await?)
}
