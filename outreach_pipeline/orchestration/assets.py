"""The steps of a batch as assets: each calls one stage and shows what it did.

Belongs here: config, the call, the metadata. Does not belong here: work (`stages`), descriptions and
columns (`specs`), what an error becomes (`failures`). Nothing but counts leaves a step: the data stays in
the database.

Every step can be run alone for any partition: a stage takes up what is due and leaves the rest as it is.
"""

# Not `from __future__ import annotations`: dagster reads the annotations of the steps, and they are made in
# functions.
from collections.abc import Iterator, Sequence

import dagster as dg
from pydantic import Field

from outreach_pipeline.orchestration import metadata as md
from outreach_pipeline.orchestration import specs
from outreach_pipeline.orchestration.failures import explained, held
from outreach_pipeline.orchestration.partitions import batch_of
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.repeated import or_before
from outreach_pipeline.orchestration.source_assets import given
from outreach_pipeline.orchestration.turns import overtaken
from outreach_pipeline.orchestration.well_formed import of_batch
from outreach_pipeline.stages.checks import CheckReport
from outreach_pipeline.stages.counts import count_batch, count_loads, count_rejections, count_rows, count_slots
from outreach_pipeline.stages.ingested import batches_of, check_all, for_each, promote_all
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.money import spent_on
from outreach_pipeline.stages.slots import assign_slots
from outreach_pipeline.stages.unfinished import finish, note_open
from outreach_pipeline.stages.validate import validate_batch

POOL = "database"
"""Steps that write; its limit is set in dagster.yaml, per run."""

ROWS = "dagster/partition_row_count"
TABLE_ROWS = "dagster/row_count"

Events = Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]


class LandConfig(dg.Config):
    """How to land."""

    refetch: bool = Field(
        default=False,
        description=(
            "Read the source again although the batch has landed. A run of Apify is read again for free, an Apollo "
            "search costs credits again."
        ),
    )


class GateConfig(dg.Config):
    """How strict to be with a batch that fails its checks."""

    accept_checks: bool = Field(
        default=False,
        description="Promote the batch although its checks failed; which ones is remembered.",
    )


def batch_assets(
    partitions: dg.PartitionsDefinition[str], sources: Sequence[dg.AssetKey] = ()
) -> list[dg.AssetsDefinition]:
    """Land (from the `sources`), validate (with the blocking checks), promote, slots, all over the same partitions."""
    return [_land(partitions, sources), _validate(partitions), _promote(partitions), _slots(partitions)]


def _land(partitions: dg.PartitionsDefinition[str], sources: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    @dg.multi_asset(name="land", specs=[specs.RAW_LOADS.spec(partitions, sources)], pool=POOL)
    def land(context: dg.AssetExecutionContext, config: LandConfig, pipeline: dg.ResourceParam[Pipeline]) -> Events:
        watch = md.Stopwatch.start()
        with explained(context, pipeline.progress):
            batch = batch_of(context)
            before_its_turn = overtaken(context, pipeline.workspace, batch)
            report = land_batch(pipeline.workspace, batch, refetch=config.refetch, progress=pipeline.progress)
            pipeline.listener(report)
            work = pipeline.workspace
            counts, total = for_each(work, batch, lambda one: count_batch(work, one)), count_loads(work)
            spent = spent_on(pipeline.workspace.database, batch)
        if before_its_turn:
            context.log.warning("%s was run before its turn. %s", batch.batch_id, before_its_turn)
        before = report.note or "it had landed before, or its files come by hand"
        said = before if report.already else f"{report.items} items read"
        context.log.info("%s: %s; %s loads in the batch", batch.batch_id, said, counts.landed)
        if report.verdict == "open":
            with explained(context):
                note_open(pipeline.workspace, batch, context.run_id, report.note)
        if report.verdict != "complete":
            # What was paid for is landed; that more was wanted must not look like an ordinary night.
            reason = report.note or "its source gave no reason"
            context.log.warning("%s is %s: %s", batch.batch_id, report.verdict, reason)
        if not report.already:
            read = {"items read": dg.MetadataValue.int(report.items), **md.verdict_of(report.verdict, report.note)}
            context.log_event(given(batch.source, batch.batch_id, {**read, **md.money_of(spent)}))
        shown = {
            ROWS: dg.MetadataValue.int(counts.landed),
            # Without it the page shows the rows of the latest batch for those of the table: 0 after an empty one.
            TABLE_ROWS: dg.MetadataValue.int(total),
            **md.counts_of(
                report,
                items="items read",
                duplicates="duplicates",
                poison="unstorable items",
                pages="pages",
            ),
            "read": dg.MetadataValue.text(said),
            **({"before its turn": dg.MetadataValue.text(before_its_turn)} if before_its_turn else {}),
            **md.verdict_of(report.verdict, report.note),
            **md.money_of(spent),
            **watch.numbers(report.items, "items"),
            "states": md.state_table(counts),
        }
        key = specs.RAW_LOADS.key
        yield dg.MaterializeResult(asset_key=key, metadata=or_before(context, key, shown, idle=report.already))

    return land


def _validate(partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="validate",
        specs=[table.spec(partitions) for table in specs.VALIDATED],
        check_specs=specs.check_specs(),
        can_subset=True,
        pool=POOL,
    )
    def validate(context: dg.AssetExecutionContext, config: GateConfig, pipeline: dg.ResourceParam[Pipeline]) -> Events:
        watch = md.Stopwatch.start()
        with explained(context, pipeline.progress):
            batch = batch_of(context)
            work, progress = pipeline.workspace, pipeline.progress
            report = for_each(work, batch, lambda one: validate_batch(work, one, progress=progress))
            pipeline.listener(report)
            timing = watch.numbers(report.loads, "loads")
            verdict = check_all(work, batch, accept=config.accept_checks)
            pipeline.listener(verdict)
            counts = for_each(work, batch, lambda one: count_batch(work, one))
            rejections = [one for each in batches_of(work, batch) for one in count_rejections(work, each)]
        (context.log.warning if verdict.failing else context.log.info)(verdict.sentence)
        for told in verdict.warnings:
            context.log.warning("%s: %s", batch.batch_id, told)
        shown: dict[dg.AssetKey, md.Metadata] = {
            specs.COMPANIES.key: {ROWS: dg.MetadataValue.int(counts.companies)},
            specs.PEOPLE.key: {ROWS: dg.MetadataValue.int(counts.people)},
            specs.REJECTIONS.key: {
                ROWS: dg.MetadataValue.int(counts.rejections),
                "most frequent": md.rejection_table(rejections),
                "states": md.state_table(counts),
            },
        }
        common = md.counts_of(
            report,
            loads="loads validated",
            companies="companies written",
            people="people written",
            failed="loads failed",
            dropped="fields left out",
            noted="notes",
            observed_again="seen again",
        )
        for key, own in shown.items():
            if key in context.selected_asset_keys:
                found = or_before(context, key, {**own, **common, **timing}, idle=not report.loads)
                yield dg.MaterializeResult(asset_key=key, metadata=found)
        yield from _evaluations(context, verdict)
        if verdict.held:
            # The blocking checks would end the step as well, but with a list of names instead of the
            # sentences.
            raise held(verdict.sentence)

    return validate


def _evaluations(context: dg.AssetExecutionContext, verdict: CheckReport) -> Events:
    # A warning does not block: an accepted batch goes on, and the page still shows what was accepted.
    warn, error = dg.AssetCheckSeverity.WARN, dg.AssetCheckSeverity.ERROR
    selected = {key.name for key in context.selected_asset_check_keys}
    for result in verdict.results:
        if result.name in selected:
            is_accepted = verdict.accepted and not result.passed and not result.warns
            said = f"{result.description} Accepted by an operator." if is_accepted else ""
            yield dg.AssetCheckResult(
                asset_key=specs.REJECTIONS.key,
                check_name=result.name,
                passed=result.passed,
                severity=warn if verdict.accepted or result.warns else error,
                description=said or result.description,
                metadata=md.check_metadata(verdict.batch_id, result),
            )


def _promote(partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="promote",
        specs=[table.spec(partitions) for table in specs.PROMOTED],
        check_specs=specs.forms_of_batch(specs.COMPANY_MASTER, specs.PEOPLE_MASTER),
        can_subset=True,
        pool=POOL,
    )
    def promote(context: dg.AssetExecutionContext, config: GateConfig, pipeline: dg.ResourceParam[Pipeline]) -> Events:
        watch = md.Stopwatch.start()
        with explained(context, pipeline.progress):
            batch = batch_of(context)
            work = pipeline.workspace
            report = promote_all(work, batch, accept_checks=config.accept_checks, progress=pipeline.progress)
            pipeline.listener(report)
            timing = watch.numbers(report.loads, "loads")
            rows = count_rows(work)
            states = md.state_table(for_each(work, batch, lambda one: count_batch(work, one)))
        context.log.info("%s: %s loads taken up", batch.batch_id, report.loads)
        changed = {
            specs.CONTACTS: "contacts",
            specs.COMPANY_MASTER: "companies",
            specs.PEOPLE_MASTER: "people",
            # How many of its rows are new is not told apart; the whole table is counted.
            specs.NEWS: "",
        }
        for table, what in changed.items():
            if table.key in context.selected_asset_keys:
                shown = {
                    TABLE_ROWS: dg.MetadataValue.int(rows[table.name]),
                    **md.counts_of(
                        report,
                        loads="loads taken up",
                        **{f"{what}_{done}": f"{what} {done}" for done in ("created", "changed") if what},
                    ),
                    **timing,
                    "states": states,
                }
                found = or_before(context, table.key, shown, idle=not report.loads)
                yield dg.MaterializeResult(asset_key=table.key, metadata=found)
        with explained(context):
            yield from of_batch(context, work, batch, (specs.COMPANY_MASTER, specs.PEOPLE_MASTER))

    return promote


def _slots(partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="slots",
        specs=[table.spec(partitions) for table in specs.SEATS],
        check_specs=specs.forms_of_batch(specs.SLOTS),
        can_subset=True,
        pool=POOL,
    )
    def slots(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Events:
        watch = md.Stopwatch.start()
        with explained(context, pipeline.progress):
            report = assign_slots(pipeline.workspace, progress=pipeline.progress)
            pipeline.listener(report)
            timing = watch.numbers(report.companies, "companies")
            rows = count_rows(pipeline.workspace)
            seats = md.slot_table(count_slots(pipeline.workspace))
            formed = list(of_batch(context, pipeline.workspace, batch_of(context), (specs.SLOTS,)))
            # The last step: a process that dies before this line is asked for once more, and finds nothing to do.
            finish(pipeline.workspace, batch_of(context))
        context.log.info("slots of %s companies decided, %s filled anew", report.companies, report.assigned)
        for table in specs.SEATS:
            if table.key in context.selected_asset_keys:
                shown = {
                    TABLE_ROWS: dg.MetadataValue.int(rows[table.name]),
                    **md.counts_of(
                        report,
                        companies="companies decided",
                        assigned="slots assigned",
                        displaced="occupants displaced",
                        vacated="slots vacated",
                    ),
                    **timing,
                    "slots": seats,
                }
                found = or_before(context, table.key, shown, idle=not report.companies)
                yield dg.MaterializeResult(asset_key=table.key, metadata=found)
        yield from formed

    return slots
