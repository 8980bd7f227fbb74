//! Sessions on the admin plane.

use reqwest::{Method, header::COOKIE};
use serde_json::{Value, json};
use vouchsafe::{auth::hash_secret, clock};
use vouchsafe_domain::{Secret, Timestamp};

use super::{Answer, TestServer};

/// A session.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    server: &'a TestServer,
    /// The session's id, 40 hexadecimal digits.
    pub(crate) id: String,
}

impl TestServer {
    /// A session of the administrator that the first start makes.
    pub(crate) async fn session(&self) -> Session<'_> {
        self.session_of("admin", &self.admin_password).await
    }

    /// A session of a user.
    pub(crate) async fn session_of(&self, user: &str, password: &str) -> Session<'_> {
        let answer = self.login(user, password).await;
        answer.expect(200);
        Session { server: self, id: session_id(&answer) }
    }

    /// The answer to a login.
    pub(crate) async fn login(&self, user: &str, password: &str) -> Answer {
        let request = self.anonymous(Method::GET, "/api/authentication");
        Answer::of(request.basic_auth(user, Some(password))).await
    }

    /// The same session on another replica.
    pub(crate) fn resume(&self, id: &str) -> Session<'_> {
        Session { server: self, id: id.to_owned() }
    }
}

/// The id in the cookie that an answer sets.
pub(crate) fn session_id(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").expect("a cookie");
    cookie.strip_prefix("session_id=").and_then(|rest| rest.split(';').next()).unwrap().to_owned()
}

impl Session<'_> {
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.server.anonymous(method, path).header(COOKIE, format!("session_id={}", self.id))
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = self.request(method, path);
        Answer::of(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(&body)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(&body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// Lets the session have been without a request for some seconds.
    pub(crate) async fn age(&self, seconds: i64) {
        let (tx, hash) = (self.server.ready().await.store.begin().await.unwrap(), self.hash());
        let mut row = tx.session_get(&hash).await.unwrap().unwrap();
        row.seen_at = Timestamp::from_micros(clock::now().as_micros() - seconds * 1_000_000);
        tx.session_delete(&hash).await.unwrap();
        tx.session_insert(&row).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// What the database has in the id's place.
    pub(crate) fn hash(&self) -> String {
        hash_secret(&Secret::new(&*self.id))
    }

    /// An object's body.
    pub(crate) async fn body(&self, path: &str) -> Value {
        self.get(path).await.expect(200)["body"].take()
    }

    /// Adds an object and answers its key.
    pub(crate) async fn create(&self, collection: &str, body: Value) -> String {
        let answer = self.post(collection, body).await.expect(201);
        answer["key"].as_str().unwrap().to_owned()
    }

    /// A tenant as the list of them has it.
    pub(crate) async fn tenant(&self, id: &str) -> Value {
        let mut tenants = self.get("/api/configuration/tenants").await.expect(200);
        let items = tenants["items"].as_array_mut().unwrap();
        items.iter_mut().find(|item| item["body"]["id"] == id).unwrap().take()
    }

    /// Deletes a tenant, and commits.
    pub(crate) async fn delete_tenant(&self, id: &str) {
        let tenant = self.tenant(id).await;
        self.delete(tenant["meta"]["href"].as_str().unwrap()).await.expect(200);
        self.commit().await.expect(201);
    }

    pub(crate) async fn commit(&self) -> Answer {
        self.put("/api/transaction", json!({"status": "commit"})).await
    }

    pub(crate) async fn rollback(&self) -> Answer {
        self.delete("/api/transaction").await
    }

    /// A user in a group of their own with these ACLs, committed. The password is the name, repeated to be long enough.
    pub(crate) async fn user(&self, name: &str, grants: &[(&str, &str)]) -> String {
        let password = name.repeat(8 / name.len() + 1);
        self.create(
            "/api/configuration/aaa/local_database/users",
            json!({"name": name, "password": password}),
        )
        .await;
        let group = format!("group of {name}");
        self.create(
            "/api/configuration/aaa/local_database/groups",
            json!({"name": group, "members": [name]}),
        )
        .await;
        let mut acls = self.body("/api/configuration/aaa/acls").await;
        for permission in ["read", "write"] {
            let objects = grants.iter().filter(|(_, level)| *level == permission).map(|(object, _)| *object);
            let objects: Vec<&str> = objects.collect();
            if !objects.is_empty() {
                let own = json!({"group": group, "objects": objects, "permission": permission});
                acls.as_array_mut().unwrap().push(own);
            }
        }
        self.put("/api/configuration/aaa/acls", acls).await.expect(201);
        self.commit().await.expect(201);
        password
    }
}
