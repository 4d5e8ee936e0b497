"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "dateline_0001"
down_revision = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "incident_history",
        sa.Column("id", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("merged_into", KEY, nullable=True),
        sa.Column("split_from", KEY, nullable=True),
        sa.Column("changed_at", KEY, nullable=False),
        sa.Column("record", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", "revision"),
    )
    op.create_table(
        "incidents",
        sa.Column("id", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("type", KEY, nullable=False),
        sa.Column("status", KEY, nullable=False),
        sa.Column("certainty", KEY, nullable=True),
        sa.Column("grade", KEY, nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("first_day", KEY, nullable=True),
        sa.Column("last_day", KEY, nullable=True),
        sa.Column("time_precision", KEY, nullable=True),
        sa.Column("place_name", sa.Text(), nullable=True),
        sa.Column("admin2", sa.Text(), nullable=True),
        sa.Column("admin1", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("country_code", KEY, nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("place_precision", KEY, nullable=True),
        sa.Column("uncertainty_km", sa.Double(), nullable=True),
        sa.Column("agents", sa.Text(), nullable=True),
        sa.Column("targets", sa.Text(), nullable=True),
        sa.Column("killed_low", sa.BigInteger(), nullable=True),
        sa.Column("killed_best", sa.BigInteger(), nullable=True),
        sa.Column("killed_high", sa.BigInteger(), nullable=True),
        sa.Column("wounded_low", sa.BigInteger(), nullable=True),
        sa.Column("wounded_best", sa.BigInteger(), nullable=True),
        sa.Column("wounded_high", sa.BigInteger(), nullable=True),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("sources", sa.Integer(), nullable=False),
        sa.Column("split_from", KEY, nullable=True),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("incidents_confidence", "incidents", ["confidence"], unique=False)
    op.create_index("incidents_country_code", "incidents", ["country_code"], unique=False)
    op.create_index("incidents_first_day", "incidents", ["first_day"], unique=False)
    op.create_index("incidents_killed_best", "incidents", ["killed_best"], unique=False)
    op.create_index("incidents_last_day", "incidents", ["last_day"], unique=False)
    op.create_index("incidents_status", "incidents", ["status"], unique=False)
    op.create_index("incidents_type", "incidents", ["type"], unique=False)
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("version", KEY, nullable=False),
        sa.Column("weights", KEY, nullable=False),
        sa.Column("packs", KEY, nullable=False),
        sa.Column("config_hash", KEY, nullable=False),
        sa.Column("config", sa.Text(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("started", KEY, nullable=False),
        sa.Column("ended", KEY, nullable=True),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("dropped", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "sources",
        sa.Column("url", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("every_s", sa.Integer(), nullable=True),
        sa.Column("next_due", KEY, nullable=True),
        sa.Column("last_fetched", KEY, nullable=True),
        sa.Column("last_status", KEY, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("url"),
    )
    op.create_index("sources_next_due", "sources", ["next_due"], unique=False)
    op.create_table(
        "articles",
        sa.Column("id", KEY, nullable=False),
        sa.Column("given_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("publisher", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("published", sa.Text(), nullable=True),
        sa.Column("published_day", KEY, nullable=True),
        sa.Column("published_basis", KEY, nullable=True),
        sa.Column("language", KEY, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", KEY, nullable=False),
        sa.Column("sentences", sa.Text(), nullable=False),
        sa.Column("extra", sa.Text(), nullable=True),
        sa.Column("copy_of", KEY, nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["copy_of"],
            ["articles.id"],
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["runs.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("articles_copy_of", "articles", ["copy_of"], unique=False)
    op.create_index("articles_language", "articles", ["language"], unique=False)
    op.create_index("articles_published_day", "articles", ["published_day"], unique=False)
    op.create_index("articles_publisher", "articles", ["publisher"], unique=False)
    op.create_index("articles_run_id", "articles", ["run_id"], unique=False)
    op.create_index("articles_text_hash", "articles", ["text_hash"], unique=False)
    op.create_index("articles_url", "articles", ["url"], unique=False)
    op.create_table(
        "failures",
        sa.Column("key", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("stage", KEY, nullable=False),
        sa.Column("reason", KEY, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failed_at", KEY, nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["runs.id"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("failures_reason", "failures", ["reason"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", KEY, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("type", KEY, nullable=False),
        sa.Column("status", KEY, nullable=False),
        sa.Column("certainty", KEY, nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("first_day", KEY, nullable=True),
        sa.Column("last_day", KEY, nullable=True),
        sa.Column("time_precision", KEY, nullable=True),
        sa.Column("time_basis", KEY, nullable=True),
        sa.Column("place_name", sa.Text(), nullable=True),
        sa.Column("admin2", sa.Text(), nullable=True),
        sa.Column("admin1", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("country_code", KEY, nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("place_precision", KEY, nullable=True),
        sa.Column("uncertainty_km", sa.Double(), nullable=True),
        sa.Column("geoname_id", sa.Integer(), nullable=True),
        sa.Column("agents", sa.Text(), nullable=True),
        sa.Column("targets", sa.Text(), nullable=True),
        sa.Column("killed_low", sa.BigInteger(), nullable=True),
        sa.Column("killed_best", sa.BigInteger(), nullable=True),
        sa.Column("killed_high", sa.BigInteger(), nullable=True),
        sa.Column("wounded_low", sa.BigInteger(), nullable=True),
        sa.Column("wounded_best", sa.BigInteger(), nullable=True),
        sa.Column("wounded_high", sa.BigInteger(), nullable=True),
        sa.Column("sentence", sa.Integer(), nullable=True),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["runs.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("events_confidence", "events", ["confidence"], unique=False)
    op.create_index("events_country_code", "events", ["country_code"], unique=False)
    op.create_index("events_first_day", "events", ["first_day"], unique=False)
    op.create_index("events_in_order", "events", ["article_id", "number"], unique=False)
    op.create_index("events_killed_best", "events", ["killed_best"], unique=False)
    op.create_index("events_last_day", "events", ["last_day"], unique=False)
    op.create_index("events_lat_lon", "events", ["lat", "lon"], unique=False)
    op.create_index("events_run_id", "events", ["run_id"], unique=False)
    op.create_index("events_status", "events", ["status"], unique=False)
    op.create_index("events_type", "events", ["type"], unique=False)
    op.create_table(
        "items",
        sa.Column("key", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("outcome", KEY, nullable=False),
        sa.Column("reason", KEY, nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("article_id", KEY, nullable=True),
        sa.Column("seen_at", KEY, nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["runs.id"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("items_article_id", "items", ["article_id"], unique=False)
    op.create_index("items_outcome", "items", ["outcome"], unique=False)
    op.create_index("items_source", "items", ["source"], unique=False)
    op.create_table(
        "claims",
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("field", KEY, nullable=False),
        sa.Column("value", KEY, nullable=True),
        sa.Column("low", sa.BigInteger(), nullable=True),
        sa.Column("best", sa.BigInteger(), nullable=True),
        sa.Column("high", sa.BigInteger(), nullable=True),
        sa.Column("who", sa.Text(), nullable=True),
        sa.Column("side", KEY, nullable=True),
        sa.Column("speaker", sa.Text(), nullable=True),
        sa.Column("speaker_kind", KEY, nullable=True),
        sa.Column("via", sa.Text(), nullable=True),
        sa.Column("cue", sa.Text(), nullable=True),
        sa.Column("hedges", sa.Text(), nullable=True),
        sa.Column("sentence", sa.Integer(), nullable=True),
        sa.Column("text_field", KEY, nullable=True),
        sa.Column("span_start", sa.Integer(), nullable=True),
        sa.Column("span_end", sa.Integer(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", "number"),
    )
    op.create_index("claims_article_id", "claims", ["article_id"], unique=False)
    op.create_index("claims_speaker_kind", "claims", ["speaker_kind"], unique=False)
    op.create_table(
        "incident_events",
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("incident_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index("incident_events_incident_id", "incident_events", ["incident_id"], unique=False)
