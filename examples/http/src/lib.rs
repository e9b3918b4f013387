//! An HTTP service on dynacond: the item's tag is its `ETag` and comes back as `If-Match`; a list page has a filter, a page
//! size, and a next link whose cursor is signed, so that one of another list is a 400 and not a wrong page.
use axum::extract::{Path, Query, State};
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use dynacond::{Error, Projection, Seen, Store, Stored, Tag, Versioned};
use serde::{Deserialize, Serialize};

/// An order of a customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "orders",
    partition_key(name = "pk", value = "customer#{customer}"),
    sort_key(name = "sk", value = "order#{id}")
)]
pub struct Order {
    /// Whose it is.
    pub customer: String,
    /// Its number.
    pub id: String,
    /// Where it goes.
    pub ship_to: String,
    /// Whether it has left.
    pub shipped: bool,
}

/// What a list shows of an order.
#[derive(Debug, PartialEq, Serialize, Deserialize, Projection)]
#[dynacond(of = Order)]
pub struct Line {
    /// Its number.
    pub id: String,
    /// Whether it has left.
    pub shipped: bool,
}

/// What a list page is asked for.
#[derive(Debug, Deserialize)]
pub struct List {
    /// How many orders, 20 unless said.
    size: Option<usize>,
    /// Those that have left, or those that have not.
    shipped: Option<bool>,
    /// Where the page before has ended.
    next: Option<String>,
}

/// A list page.
#[derive(Debug, Serialize)]
struct ListPage {
    items: Vec<Seen<Line>>,
    /// The address of the next page. There is none only if the end was seen.
    next: Option<String>,
}

/// The routes. The store needs cursor keys.
pub fn routes(store: Store) -> Router {
    let one = get(read).put(write);
    Router::new()
        .route("/customers/{customer}/orders", get(list))
        .route("/customers/{customer}/orders/{id}", one)
        .with_state(store)
}

async fn list(
    State(store): State<Store>,
    Path(customer): Path<String>,
    uri: Uri,
    Query(List {
        size,
        shipped,
        next,
    }): Query<List>,
) -> Result<Json<ListPage>, Failure> {
    let mut query = store.query(Order::partition(&customer)).project::<Line>();
    if let Some(shipped) = shipped {
        query = query.filter(|o| o.shipped.eq(shipped));
    }
    let size = size.unwrap_or(20).min(100);
    let query = query.after_token(next.as_deref())?;
    let page = query.page(size).send().await?;
    let token = page.next.map(|cursor| cursor.token(&store)).transpose()?;
    let link = |token| {
        let shipped = shipped.map(|shipped| format!("&shipped={shipped}"));
        let shipped = shipped.unwrap_or_default();
        // The path as the caller sent it, with the customer's name encoded.
        let path = uri.path();
        format!("{path}?size={size}{shipped}&next={token}")
    };
    Ok(Json(ListPage {
        items: page.items,
        next: token.map(link),
    }))
}

async fn read(
    State(store): State<Store>,
    Path((customer, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    match store.get(Order::key((&customer, &id))).send().await? {
        Some(order) => Ok(tagged(&order)),
        None => Ok(StatusCode::NOT_FOUND.into_response()),
    }
}

/// What a caller writes of an order: its address names the rest.
#[derive(Debug, Deserialize)]
struct Body {
    ship_to: String,
    shipped: bool,
}

/// With `If-Match` the order is changed, if it is as it was read; without, it is created.
async fn write(
    State(store): State<Store>,
    Path((customer, id)): Path<(String, String)>,
    headers: HeaderMap,
    Json(Body { ship_to, shipped }): Json<Body>,
) -> Result<Response, Failure> {
    let order = Order {
        customer,
        id,
        ship_to,
        shipped,
    };
    let Some(tag) = headers.get(IF_MATCH) else {
        let order = store.create(order).send().await?;
        return Ok((StatusCode::CREATED, tagged(&order)).into_response());
    };
    let tag = tag.to_str().ok().and_then(|tag| tag.parse::<Tag>().ok());
    let Some(tag) = tag else {
        return Ok((StatusCode::BAD_REQUEST, "the If-Match is none of our tags").into_response());
    };
    let order = store.put(order).at(&tag).send().await?;
    Ok(tagged(&order))
}

fn tagged(order: &Stored<Order>) -> Response {
    let etag = Stored::tag(order).etag();
    ([(ETAG, etag)], Json(order)).into_response()
}

/// An error of dynacond as a status.
struct Failure(Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, words) = match self.0 {
            Error::Cursor(_) => (StatusCode::BAD_REQUEST, "the next link is of another list"),
            Error::Invalid(_) => (
                StatusCode::BAD_REQUEST,
                "there can be no such order or page",
            ),
            Error::NotFound(_) => (StatusCode::NOT_FOUND, "there is no such order"),
            Error::AlreadyExists(_) => (StatusCode::CONFLICT, "there is such an order already"),
            Error::Conflict(_) => (
                StatusCode::PRECONDITION_FAILED,
                "somebody changed it since you read it",
            ),
            Error::Throttled(_) => (StatusCode::SERVICE_UNAVAILABLE, "try again later"),
            Error::OutcomeUnknown(_) => (
                StatusCode::GATEWAY_TIMEOUT,
                "it may have been done: read the order again",
            ),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "look into the log"),
        };
        (status, words).into_response()
    }
}
