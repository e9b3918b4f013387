use dynacond::Versioned;

#[derive(Versioned)]
#[dynacond(table = "shop")]
union Order {
    id: u64,
    stock: i64,
}

impl serde::Serialize for Order {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}
impl<'de> serde::Deserialize<'de> for Order {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(Self { id: 0 })
    }
}

fn main() {}
