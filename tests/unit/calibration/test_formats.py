"""Logs of other programs: own samples in their columns, with sums by hand."""

from pathlib import Path

import numpy as np
import pytest

from tripplan.calibration import DriveLog, LogReading, read_log_file
from tripplan.errors import DataError


def read(folder: Path, header: str, rows: list[str]) -> LogReading:
    path = folder / "log.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read_log_file(path)


def kwh(log: DriveLog) -> float:
    assert log.battery_kw is not None
    return log.energy_kwh(log.battery_kw)


def test_teslamate_drives_in_miles_and_fahrenheit(tmp_path: Path) -> None:
    header = "drive_id,start_date,duration_min,distance_mi,outside_temp_F,consumption_kWh"
    rows = [
        "7,2026-01-02 08:00:00,30,20,41,5.1",
        "8,2026-01-02 17:00:00,32,20.5,50,4.9",
        "9,2026-01-03 08:00:00,,,,",
    ]
    found = read(tmp_path, header, rows)
    first = found.drives[0]
    assert (found.kind, first.name) == ("TeslaMate drives", "7")
    assert first.distance_km == pytest.approx(20 * 1.609344, rel=0.01)
    assert kwh(first) == pytest.approx(5.1)
    assert first.ambient_c[0] == pytest.approx(5.0)
    assert [item.where for item in found.left_out] == ["line 4"]


def test_teslafi_raw_data_by_the_minute(tmp_path: Path) -> None:
    """60 mph and 18 kW for ten minutes: 10 miles, 3 kWh; parked rows belong to no drive."""
    header = "data_id,Date,shift_state,speed,power,odometer,outside_temp,battery_level"
    rows = ["1,2026-03-01 07:50:00,P,,0,1000.0,9,80"]
    rows += [f"{k},2026-03-01 08:{k:02d}:00,D,60,18,{1000 + k},10,80" for k in range(11)]
    rows += ["99,2026-03-01 08:11:00,,None,0,1010.0,9,79"]
    (drive,) = read(tmp_path, header, rows).drives
    assert drive.time_s.size == 11
    assert drive.mean_speeds
    # each row counts for the minute around it: eleven rows, eleven minutes
    assert drive.distance_km == pytest.approx(11 * 1.609344)
    assert kwh(drive) == pytest.approx(18 * 11 / 60)
    assert drive.ambient_c.tolist() == [10.0] * 11


@pytest.mark.parametrize("miles", [False, True])
def test_leafspy_in_the_units_of_the_telephone(tmp_path: Path, *, miles: bool) -> None:
    """72 km/h, 360 V and 50 A for 200 s: 4 km and 1 kWh; the odometer tells miles from km."""
    header = "Date/Time,Lat,Long,Elv,Speed,Gids,SOC,Pack Volts,Pack Amps,Pack T1 C,Odo(km),Ambient"
    speed, height, air = ("44.739", "328.084", "50") if miles else ("72", "100", "10")
    rows = []
    for k in range(201):
        moment = f"03/04/2026 09:{k // 60:02d}:{k % 60:02d}"
        odometer = 10000 + k * 20 // 1000
        rows.append(f"{moment},39 1,-105 1,{height},{speed},200,700000,360,50,12,{odometer},{air}")
    (drive,) = read(tmp_path, header, rows).drives
    assert drive.distance_km == pytest.approx(4.0, rel=0.01)
    assert kwh(drive) == pytest.approx(1.0, rel=0.01)
    assert drive.elevation_m[0] == pytest.approx(100.0, abs=0.01)
    assert drive.ambient_c[0] == pytest.approx(10.0)
    assert drive.soak_c == 12.0


def test_car_scanner_a_row_a_reading(tmp_path: Path) -> None:
    """Readings at their own times meet at those of the speed; decimal commas, power in watts."""
    rows = []
    for k in range(300):
        rows.append(f"{k},1;Vehicle speed;90;km/h;")
        rows.append(f"{k},6;[BMS] Battery Power;18000;W;")
        if k % 5 == 0:
            rows.append(f"{k},7;[HVAC] Outdoor Temperature;7,5;℃;")
    found = read(tmp_path, "SECONDS;PID;VALUE;UNITS;", rows)
    (drive,) = found.drives
    assert found.kind == "Car Scanner recording"
    assert drive.distance_km == pytest.approx(7.5, rel=0.01)
    assert kwh(drive) == pytest.approx(1.5, rel=0.01)
    assert drive.ambient_c[0] == pytest.approx(7.5)
    with pytest.raises(DataError, match="no reading of the power of the battery among"):
        read(tmp_path, "SECONDS;PID;VALUE;UNITS;", [row for row in rows if "BMS" not in row])


def test_ovms_trip_history_has_no_header(tmp_path: Path) -> None:
    """Energy is what was used less what came back."""
    start = "*-LOG-Trip,1,31536000,1,51.0,7.0,120.0,home,20000.0"
    end = "0,70.0,200,210,300,4.100,0.600,11,1.5,98,,60,900,90,2500,250,6.5,20,12"
    rows = [f"{start},21.5,1500,{end}", "*-LOG-Grid,2,31536000", f"{start},0.0,0,{end}"]
    found = read(tmp_path, rows[0], rows[1:])
    (drive,) = found.drives
    assert found.kind == "OVMS trip log"
    assert drive.distance_km == pytest.approx(21.5, rel=0.01)
    assert drive.time_s[-1] == 1500.0
    assert kwh(drive) == pytest.approx(3.5)
    assert drive.ambient_c[0] == 6.5
    assert len(found.left_out) == 1


def test_rows_that_cannot_be_do_not_count(tmp_path: Path) -> None:
    """A leap in speed and one in power are followed, not counted; time that falls back is not."""
    rows = [f"{t},36,10" for t in range(100)]
    rows[40], rows[60] = "40,3600,10", "60,36,1e7"
    rows.insert(80, "5,36,10")
    found = read(tmp_path, "time_s,speed_kmh,power_kw", rows)
    (drive,) = found.drives
    assert not drive.valid[[40, 60]].any()
    assert drive.speed_mps.max() == pytest.approx(10.0)
    assert drive.distance_km == pytest.approx(0.98)
    assert sum(item.rows for item in found.left_out) == 3


def test_a_gap_begins_a_new_drive(tmp_path: Path) -> None:
    rows = [f"{t},36,10" for t in [*range(50), *range(5000, 5050)]]
    names = [drive.name for drive in read(tmp_path, "time_s,speed_kmh,power_kw", rows).drives]
    assert names == ["drive", "drive (2)"]


def test_very_fine_rows_are_thinned_to_seconds(tmp_path: Path) -> None:
    rows = [f"{t / 50:.2f},36,10" for t in range(5000)]
    (drive,) = read(tmp_path, "time_s,speed_kmh,power_kw", rows).drives
    assert drive.time_s.size == 100
    assert np.diff(drive.time_s).min() == pytest.approx(1.0)


def test_a_file_with_too_many_rows_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tripplan.calibration.tables.MOST_ROWS", 10)
    with pytest.raises(DataError, match="more than 10 rows"):
        read(tmp_path, "time_s,speed_kmh,power_kw", [f"{t},36,10" for t in range(11)])


def test_a_table_of_too_many_trips_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tripplan.calibration.log_files.MOST_TRIPS", 2)
    with pytest.raises(DataError, match="more than 2 trips"):
        read(tmp_path, "distance_km,duration_min,energy_kwh", ["20,20,3"] * 3)


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"PAR1\x15\x04\x15\xb0", "a Parquet file"),
        (b"PK\x03\x04\x14", "a spreadsheet or zip file"),
        (b"\x1f\x8b\x08\x00", "packed with gzip"),
        (b"SQLite format 3\x00", "an SQLite database"),
    ],
)
def test_a_log_that_is_no_text_is_told_what_to_do(tmp_path: Path, start: bytes, kind: str) -> None:
    path = tmp_path / "trips.csv"
    path.write_bytes(start)
    with pytest.raises(DataError, match=f"{kind}, but a log is text: save it as CSV"):
        read_log_file(path)
