"""Fields and their checks: what is asked, what is known, what is answered; no work is done here."""
