//! What becomes of the counts of guesses when there are many (S30, S106), on both databases.

use diesel::connection::SimpleConnection;
use portcullis::for_tests::{Connection, Database, DatabaseUrl, StorageError, Timestamp, attempts, migrate};
use tempfile::TempDir;

use super::support::postgres::Postgres;

const NOW: i64 = 1_000_000;
/// What began at or before this is over.
const OVER: Timestamp = Timestamp::from_secs(NOW - 3600);
const IN_A_ROW: [&str; 2] = ["account:", "device:"];

/// A database, and what it needs to be there.
pub struct Store {
    database: Database,
    _folder: TempDir,
    _postgres: Option<Postgres>,
}

/// Both databases, empty.
pub async fn stores() -> Vec<Store> {
    let postgres = Postgres::start().await;
    let url = postgres.as_ref().map(|postgres| DatabaseUrl::Postgres(postgres.url().into()));
    let folder = TempDir::new().unwrap();
    let file = DatabaseUrl::Sqlite(folder.path().join("store.db"));
    let open = async |url: DatabaseUrl| {
        let runtime = tokio::runtime::Handle::current();
        tokio::task::spawn_blocking(move || {
            let database = Database::open(&url, runtime).unwrap();
            migrate::run(&database).unwrap();
            database
        })
        .await
        .unwrap()
    };
    let mut stores = vec![Store { database: open(file).await, _folder: folder, _postgres: None }];
    if let Some(url) = url {
        stores.push(Store { database: open(url).await, _folder: TempDir::new().unwrap(), _postgres: postgres });
    }
    stores
}

impl Store {
    /// Runs one write transaction.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> T {
        self.database.write(work).await.unwrap()
    }

    /// So many failures of a bucket, all at one time.
    async fn count(&self, bucket: impl Into<String>, failures: usize, at: i64) {
        let bucket = bucket.into();
        self.write(move |c| {
            (0..failures)
                .try_for_each(|_| attempts::add(c, &bucket, Timestamp::from_secs(at), Timestamp::from_secs(i64::MIN)))
        })
        .await;
    }

    /// Many buckets with one failure each.
    async fn flood(&self, how_many: usize, at: i64) {
        self.write(move |c| {
            (0..how_many).try_for_each(|n| {
                attempts::add(c, &format!("account:junk{n}"), Timestamp::from_secs(at), Timestamp::from_secs(i64::MIN))
            })
        })
        .await;
    }

    async fn trim(&self, keep: i64) -> usize {
        self.write(move |c| attempts::trim(c, OVER, &IN_A_ROW, keep)).await
    }

    async fn failures(&self, bucket: &str) -> Option<i64> {
        let bucket = bucket.to_owned();
        self.database.read(move |c| attempts::find(c, &bucket)).await.unwrap().map(|bucket| bucket.failures)
    }
}

#[tokio::test]
async fn s30_s106_a_flood_of_newer_buckets_leaves_those_near_their_limit() {
    for store in stores().await {
        store.count("account:victim", 99, NOW - 100_000).await;
        store.count("device:stolen", 10, NOW - 50_000).await;
        store.count("source:guesser", 10, NOW - 100).await;
        store.flood(2000, NOW).await;
        assert_eq!(store.trim(1000).await, 1003);
        assert_eq!(store.failures("account:victim").await, Some(99));
        assert_eq!(store.failures("device:stolen").await, Some(10));
        assert_eq!(store.failures("source:guesser").await, Some(10));
        // When nothing else is left to go, the one with the most failures is the last.
        assert_eq!(store.trim(1).await, 999);
        assert_eq!((store.failures("account:victim").await, store.failures("device:stolen").await), (Some(99), None));
    }
}

#[tokio::test]
async fn s106_buckets_whose_window_is_over_go_first_and_failures_in_a_row_have_none() {
    for store in stores().await {
        store.count("source:over", 10, OVER.secs()).await;
        store.count("forgot:over", 5, OVER.secs() - 1).await;
        store.count("source:fresh", 1, OVER.secs() + 1).await;
        store.count("account:old", 1, 0).await;
        store.count("device:old", 1, 0).await;
        assert_eq!(store.trim(3).await, 2);
        for (bucket, kept) in [
            ("source:over", false),
            ("forgot:over", false),
            ("source:fresh", true),
            ("account:old", true),
            ("device:old", true),
        ] {
            assert_eq!(store.failures(bucket).await.is_some(), kept, "{bucket}");
        }
    }
}

#[tokio::test]
async fn s106_equal_times_and_counts_delete_no_more_than_asked() {
    for store in stores().await {
        store.flood(500, NOW).await;
        assert_eq!(store.trim(500).await, 0);
        assert_eq!(store.trim(499).await, 1);
        assert_eq!(store.trim(100).await, 399);
        store.count("account:later", 1, NOW + 1).await;
        store.count("account:earlier", 1, NOW - 1).await;
        assert_eq!(store.trim(101).await, 1);
        assert_eq!(
            (store.failures("account:earlier").await, store.failures("account:later").await),
            (None, Some(1)),
            "the oldest goes"
        );
    }
}

#[tokio::test]
async fn s106_trimming_waits_for_no_row_that_another_node_holds() {
    let Some(postgres) = Postgres::start().await else { return };
    let mut elsewhere = postgres.connect();
    let url = DatabaseUrl::Postgres(postgres.url().into());
    let database = Database::open(&url, tokio::runtime::Handle::current()).unwrap();
    migrate::run(&database).unwrap();
    let store = Store { database, _folder: TempDir::new().unwrap(), _postgres: Some(postgres) };
    store.count("source:over", 1, OVER.secs()).await;
    store.count("source:held", 1, OVER.secs()).await;
    store.flood(20, NOW).await;
    let hold = "BEGIN; SELECT 1 FROM attempts WHERE bucket IN ('source:held', 'account:junk0') FOR UPDATE";
    elsewhere.batch_execute(hold).unwrap();
    // One whose window is over, and of the 21 others eleven without the held ones.
    assert_eq!(store.trim(10).await, 1 + 9);
    // The other node wants a row that was deleted here meanwhile; both go on.
    elsewhere
        .batch_execute("UPDATE attempts SET failures = 2 WHERE bucket IN ('source:over', 'source:held'); COMMIT")
        .unwrap();
    assert_eq!(store.trim(10).await, 2);
    assert_eq!(store.trim(10).await, 0);
}
