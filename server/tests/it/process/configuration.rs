//! The configuration and the command line: what either makes the other knows, and neither gets in the other's way.

use serde_json::{Value, json};

use super::{
    admin::{Admin, TENANTS, TIMEZONE, login},
    child::{Server, bootstrap, on_both, run, vouchsafe},
    database::counts,
};
use crate::harness::TestDatabase;

on_both!(
    commands_wait_for_the_end_of_a_transaction,
    what_commands_make_is_in_the_configuration,
    a_new_password_logs_in,
);

async fn commands_wait_for_the_end_of_a_transaction(database: TestDatabase) {
    let server = Server::start(&database).await;
    let admin = Admin::new(&server, &bootstrap(&database)).await;
    admin.put(TIMEZONE, &json!("Europe/Paris")).await.expect(201);
    let commands = || {
        [
            vouchsafe(&database, ["tenant", "create", "acme"]),
            vouchsafe(&database, ["client", "create", "--tenant", "default", "--id", "importer"]),
        ]
    };
    let before = counts(&database);
    for command in commands() {
        assert_eq!(
            run(command).error(),
            "admin is changing the configuration: wait until their transaction ends"
        );
    }
    assert_eq!(counts(&database), before, "nothing is half made");
    admin.commit().await.expect(201);
    assert_eq!(admin.body(TIMEZONE).await, "Europe/Paris");
    for command in commands() {
        run(command).worked();
    }
    // A logout ends the transaction too.
    admin.put(TIMEZONE, &json!("Europe/Rome")).await.expect(201);
    admin.delete("/api/authentication").await.expect(200);
    run(vouchsafe(&database, ["tenant", "create", "other"])).worked();
}

async fn what_commands_make_is_in_the_configuration(database: TestDatabase) {
    let server = Server::start(&database).await;
    let admin = Admin::new(&server, &bootstrap(&database)).await;
    run(vouchsafe(&database, ["tenant", "create", "acme"])).worked();
    let scope = "tenant:basic-credentials:read";
    let args = ["client", "create", "--tenant", "acme", "--id", "importer", "--scope", scope];
    run(vouchsafe(&database, args)).worked();
    let tenants = admin.items(TENANTS).await;
    let acme = tenants.iter().find(|tenant| tenant["body"]["id"] == "acme").expect("acme is there");
    assert_eq!(tenants.len(), 2);
    assert_eq!(acme["body"]["certificate_profile"]["ca_key_type"], "ec-p256");
    let clients = format!("{}/oauth_clients", acme["meta"]["href"].as_str().unwrap());
    let clients = admin.items(&clients).await;
    assert_eq!(clients.len(), 1);
    assert_eq!(clients[0]["body"], json!({"client_id": "importer", "scopes": [scope]}));

    // It can be changed there, and what is made there the command line knows.
    let client = clients[0]["meta"]["href"].as_str().unwrap();
    admin.put(client, &json!({"client_id": "importer", "scopes": []})).await.expect(201);
    admin.post(TENANTS, &super::admin::tenant("made-here")).await.expect(201);
    admin.commit().await.expect(201);
    let again = run(vouchsafe(&database, ["tenant", "create", "made-here"]));
    assert_eq!(again.error(), "there is a tenant made-here already: choose another id");
    run(vouchsafe(&database, ["client", "create", "--tenant", "made-here"])).worked();
}

async fn a_new_password_logs_in(database: TestDatabase) {
    let server = Server::start(&database).await;
    let first = bootstrap(&database)["adminPassword"].as_str().unwrap().to_owned();
    login(&server, "admin", &first).await.expect(200);
    let reset = run(vouchsafe(&database, ["admin", "reset-password"]));
    let printed: Value = serde_json::from_str(reset.worked()).unwrap();
    login(&server, "admin", &first).await.failure(401);
    let admin = Admin::new(&server, &printed).await;
    let trail = admin.get("/api/audit?operation=admin_reset_password").await.expect(200);
    let row = &trail["items"][0];
    assert_eq!((&row["actor"], &row["target"]), (&json!("command line"), &json!("admin")), "{trail}");
}
